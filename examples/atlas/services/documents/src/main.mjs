// Keeps each tenant's documents, and gives them to that tenant alone.
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const documents = {
    smoke: ['the plan for Monday'],
    other: ['what is nobody else’s business'],
};

/** A name is enough to sign in: this is an example, and who you are is not its subject. */
export function issue(tenant, key) {
    return `${tenant}.${createHmac('sha256', key).update(tenant).digest('hex')}`;
}

/** What somebody with this token gets of a tenant's: status and body. */
export function read(tenant, token, key) {
    const [who] = (token ?? '').split('.');
    if (token !== issue(who, key)) return [401, { error: 'sign in first' }];
    // That there are others is none of a tenant's business.
    if (who !== tenant || !documents[tenant]) return [404, { error: 'there is no such tenant' }];
    return [200, documents[tenant]];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const key = process.env.SIGNING_KEY;
    const server = createServer((request, response) => {
        const [, first, tenant] = request.url.split('/');
        const [status, body] =
            first === 'sessions' && request.method === 'POST'
                ? [201, { token: issue(tenant, key) }]
                : first === 'documents'
                  ? read(tenant, request.headers.authorization?.replace('Bearer ', ''), key)
                  : [200, { status: 'up' }];
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
    });
    server.listen(Number(process.env.PORT), '127.0.0.1');
    process.once('SIGTERM', () => server.close(() => process.exit(0)));
}
