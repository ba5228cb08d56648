// What a person does with the platform, from outside, against an environment that runs:
//
//     API=http://127.0.0.1:3117 node --test --test-reporter=tap tools/e2e.mjs > reports/e2e.tap
import assert from 'node:assert/strict';
import { test } from 'node:test';

async function call(method, path, token, body) {
    const response = await fetch(`${process.env.API}/api${path}`, {
        method,
        headers: token ? { authorization: `Bearer ${token}` } : {},
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(10_000),
    });
    return { status: response.status, ...(await response.json()) };
}

test('somebody thanks somebody, and reads of it', async () => {
    const { token } = await call('POST', '/sign-in', undefined, { name: 'Tester' });
    const { id } = await call('POST', '/kudos', token, { receiver: 'Ann', text: 'for being there' });
    const kudos = await call('GET', `/kudos/${id}`, token);
    assert.deepEqual([kudos.giver, kudos.receiver, kudos.words], ['Tester', 'Ann', 3]);
});

test('an insult is refused', async () => {
    const { token } = await call('POST', '/sign-in', undefined, { name: 'Tester' });
    const { status } = await call('POST', '/kudos', token, { receiver: 'Ann', text: 'you idiot' });
    assert.equal(status, 422);
});

test('a stranger gets nothing', async () => {
    assert.equal((await call('POST', '/kudos', 'none', { receiver: 'Ann', text: 'x' })).status, 401);
});
