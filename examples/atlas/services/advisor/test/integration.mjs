import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { test } from 'node:test';

const port = await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address();
        server.close(() => resolve(port));
    });
});

test('it answers over HTTP', async () => {
    const service = spawn(process.execPath, ['src/main.mjs'], { env: { PORT: port, PROMPT: 'v1' } });
    try {
        for (let left = 100; ; left--) {
            const response = await fetch(`http://127.0.0.1:${port}/answer?q=hours`).catch(() => {});
            if (response) {
                assert.match((await response.json()).answer, /nine/);
                return;
            }
            assert.ok(left > 0, 'it does not start');
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
    } finally {
        service.kill();
    }
});
