// Passes what one editor of a document writes on to all of its editors, in one order, which Redis keeps.
import { createServer } from 'node:http';
import { Redis } from './redis.mjs';
import { variable } from './service.mjs';
import { accept } from './websocket.mjs';

const EDITS_KEPT = 1_000;

const redis = new Redis(variable('REDIS_URL'));
const editors = new Map();

const server = createServer(async (request, response) => {
    const [status, body] = await redis.check().then(
        () => [200, { status: 'up' }],
        (error) => [503, { status: 'down', because: error.message }],
    );
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
});

server.on('upgrade', async (request, stream) => {
    const [, name] = /^\/documents\/([a-z0-9-]{1,64})$/.exec(request.url) ?? [];
    if (!name) {
        stream.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
        return;
    }
    const others = editors.get(name) ?? new Set();
    editors.set(name, others);
    const editor = accept(request, stream, {
        text: (text) => edited(name, text).catch((error) => editor.close(1011, error.message)),
        closed: () => others.delete(editor),
    });
    others.add(editor);
    const edits = await redis.command('LLEN', `edits:${name}`).catch(() => 0);
    editor.send(JSON.stringify({ event: 'joined', edits }));
});

async function edited(name, text) {
    const { edit } = JSON.parse(text);
    const place = await redis.command('INCR', `place:${name}`);
    const told = JSON.stringify({ event: 'edit', place, edit: String(edit) });
    await redis.command('RPUSH', `edits:${name}`, told);
    await redis.command('LTRIM', `edits:${name}`, -EDITS_KEPT, -1);
    for (const editor of editors.get(name)) editor.send(told);
}

server.listen(Number(variable('PORT')), '127.0.0.1', () => console.log('collaboration listens'));
process.once('SIGTERM', () => {
    for (const all of editors.values()) for (const editor of all) editor.close(1001, 'come again');
    server.close(() => process.exit(0));
});
