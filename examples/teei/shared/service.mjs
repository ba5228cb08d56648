// What all services have in common: routes, `/health`, one log line per request, a graceful end.
//
//     serve('buddy-service', {
//         stores: { postgres, nats },
//         routes: { 'POST /kudos': async ({ body }) => ({ status: 201, body: await give(body) }) },
//     });
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const BODY_BYTES_MAX = 64 * 1024;
const CHECK_MILLIS = 3_000;
const ANY_PAGE = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };

/** An answer that is the caller's fault, as a status and a sentence. */
export class Refused extends Error {
    constructor(status, sentence) {
        super(sentence);
        this.status = status;
    }
}

/** The variable's value; a service without one does not start. */
export function variable(name) {
    const value = process.env[name];
    if (!value) {
        console.error(`${name} has no value`);
        process.exit(1);
    }
    return value;
}

/** A text of the request's body, or a refusal that says what it should be. */
export function word(body, name, longest = 200) {
    const value = body?.[name];
    if (typeof value !== 'string' || !value.trim() || value.length > longest) {
        throw new Refused(400, `\`${name}\` must be a text of 1 to ${longest} characters`);
    }
    return value.trim();
}

/**
 * Listens on `$PORT` until SIGTERM; then finishes what is under way.
 *
 * @param stores by name; each has `check()` and `close()`, and all must be well for `/health` to be
 * @param routes `'GET /profiles/:id'` to a function of the request; what it returns is the answer
 * @param cors whether pages of other addresses may call
 */
export function serve(name, { stores = {}, routes, cors = false }) {
    const known = Object.entries(routes).map(([route, handler]) => compile(route, handler));
    const server = createServer(async (request, response) => {
        const started = performance.now();
        const id = request.headers['x-request-id'] ?? randomUUID();
        const [path] = request.url.split('?');
        const { status = 200, body, note = '' } = await answer();
        response.writeHead(status, {
            'content-type': 'application/json',
            'x-request-id': id,
            ...(cors && ANY_PAGE),
            ...(!server.listening && { connection: 'close' }),
        });
        response.end(JSON.stringify(body));
        const took = Math.round(performance.now() - started);
        const line = `${request.method} ${path} ${status} ${took} ms ${id} ${note}`;
        console.log(`${name} ${line.trimEnd()}`);

        async function answer() {
            try {
                if (cors && request.method === 'OPTIONS') return { status: 204 };
                if (path === '/health') return await health(name, stores);
                for (const { method, pattern, handler } of known) {
                    const match = pattern.exec(path);
                    if (method !== request.method || !match) continue;
                    return await handler({
                        id,
                        params: match.groups ?? {},
                        headers: request.headers,
                        body: method === 'GET' ? undefined : await read(request),
                    });
                }
                throw new Refused(404, `there is no ${request.method} ${path}`);
            } catch (error) {
                const expected = error instanceof Refused;
                const sentence = expected ? error.message : 'this did not work; the log says why';
                const status = expected ? error.status : 500;
                return { status, body: { error: sentence }, note: error.message };
            }
        }
    });
    server.listen(Number(variable('PORT')), '127.0.0.1', () => console.log(`${name} listens`));
    for (const signal of ['SIGTERM', 'SIGINT']) {
        process.once(signal, () => end(name, server, stores));
    }
}

function compile(route, handler) {
    const [method, path] = route.split(' ');
    const pattern = new RegExp(`^${path.replaceAll(/:([a-z]+)/g, '(?<$1>[^/]+)')}$`);
    return { method, pattern, handler };
}

async function read(request) {
    const parts = [];
    let length = 0;
    for await (const part of request) {
        length += part.length;
        if (length > BODY_BYTES_MAX) throw new Refused(413, 'the body is too long');
        parts.push(part);
    }
    try {
        return JSON.parse(Buffer.concat(parts).toString());
    } catch {
        throw new Refused(400, 'the body must be JSON');
    }
}

/** Asks every store; one that does not answer in time is not well. */
async function health(service, stores) {
    const checks = {};
    await Promise.all(
        Object.entries(stores).map(async ([name, store]) => {
            let timer;
            const late = new Promise((_, reject) => {
                timer = setTimeout(() => reject(new Error('no answer in time')), CHECK_MILLIS);
            });
            checks[name] = await Promise.race([store.check(), late]).then(
                () => 'up',
                (error) => `down: ${error.message}`,
            );
            clearTimeout(timer);
        }),
    );
    const down = Object.entries(checks).filter(([, check]) => check !== 'up');
    return {
        status: down.length === 0 ? 200 : 503,
        body: { service, status: down.length === 0 ? 'up' : 'down', checks },
        note: down.map(([name, check]) => `${name} is ${check}`).join(', '),
    };
}

/** Takes no new connections, answers what was asked, lets go of the stores. */
function end(name, server, stores) {
    console.log(`${name} stops`);
    server.close(() => {
        for (const store of Object.values(stores)) store.close();
        console.log(`${name} stopped`);
        process.exit(0);
    });
    server.closeIdleConnections();
}
