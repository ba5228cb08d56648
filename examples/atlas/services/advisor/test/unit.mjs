import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../src/main.mjs';

test('it knows the hours', () => assert.match(answer('When do you open?'), /nine/));
test('it gives no medical advice', () => assert.match(answer('which pills?'), /cannot/));
test('it says when it does not know', () => assert.match(answer('?'), /do not know/));
