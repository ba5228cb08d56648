import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issue, read } from '../src/main.mjs';

test('who signed in reads', () => assert.equal(read('smoke', issue('smoke', 'k'), 'k')[0], 200));
test('a forged token is none', () => assert.equal(read('smoke', issue('smoke', 'x'), 'k')[0], 401));
test('no token is none', () => assert.equal(read('smoke', undefined, 'k')[0], 401));
