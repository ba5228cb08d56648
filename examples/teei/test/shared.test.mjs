// `node --test`: what the services share.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uuid } from '../shared/ids.mjs';
import { literal } from '../shared/clickhouse.mjs';
import { word } from '../shared/service.mjs';
import { bearer, issue } from '../shared/tokens.mjs';

const request = (token) => ({ headers: { authorization: `Bearer ${token}` } });

test('a token says who somebody is', () => {
    assert.equal(bearer('signing key', request(issue('signing key', 'ann'))), 'ann');
});

test('a token that somebody else signed says nothing', () => {
    const forged = issue('another key', 'ann');
    assert.throws(() => bearer('signing key', request(forged)), /sign in first/);
});

test('an id is one or a refusal', () => {
    const id = '123e4567-e89b-42d3-a456-426614174000';
    assert.equal(uuid(id, 'person'), id);
    assert.throws(() => uuid("' OR 1=1", 'person'), /no id of a person/);
});

test('a text is neither empty nor endless', () => {
    assert.equal(word({ name: ' Ann ' }, 'name'), 'Ann');
    for (const name of ['', '   ', 'x'.repeat(201), 7, undefined]) {
        assert.throws(() => word({ name }, 'name'), /1 to 200 characters/);
    }
});

test('a quote stays within its text', () => {
    assert.equal(literal("Bo'b \\"), "'Bo\\'b \\\\'");
});
