// A client of PostgreSQL: what a service needs of its protocol and no more.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { Answered, Turns, Wire, credentials } from './wire.mjs';

/** PostgreSQL, protocol 3, signing in with SCRAM-SHA-256. */
export class Postgres {
    #turns;

    constructor(address) {
        const url = new URL(address);
        this.#turns = new Turns(
            () => Wire.open(url, 5432),
            (wire) => signIn(wire, url),
        );
    }

    /** Rows as objects of texts. `values` stand for `$1`, `$2` … and are never part of the SQL. */
    query(sql, values = []) {
        return this.#turns.take(async (wire) => {
            const parameters = values.map((value) => {
                if (value === null) return int32(-1);
                const text = Buffer.from(String(value));
                return Buffer.concat([int32(text.length), text]);
            });
            const counted = Buffer.concat([int16(values.length), ...parameters]);
            wire.write(
                Buffer.concat([
                    message('P', text(''), text(sql), int16(0)),
                    message('B', text(''), text(''), int16(0), counted, int16(0)),
                    message('D', Buffer.from('P'), text('')),
                    message('E', text(''), int32(0)),
                    message('S'),
                ]),
            );
            return rows(wire);
        });
    }

    /** Several statements in one transaction; all of them happen or none. */
    script(sql) {
        return this.#turns.take((wire) => {
            wire.write(message('Q', text(sql)));
            return rows(wire);
        });
    }

    async check() {
        await this.query('SELECT 1');
    }

    close() {
        this.#turns.close();
    }
}

const int16 = (value) => {
    const bytes = Buffer.alloc(2);
    bytes.writeInt16BE(value);
    return bytes;
};

const int32 = (value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
};

const text = (value) => Buffer.from(`${value}\0`);

function message(type, ...parts) {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

async function receive(wire) {
    const head = await wire.bytes(5);
    const body = await wire.bytes(head.readInt32BE(1) - 4);
    return { type: String.fromCharCode(head[0]), body };
}

/** The `M` field of an error is its sentence. */
function refusal(body) {
    const field = body.toString().split('\0').find((part) => part.startsWith('M'));
    return new Answered(field ? field.slice(1) : 'PostgreSQL refused without a reason');
}

async function rows(wire) {
    let names = [];
    const found = [];
    let error;
    for (;;) {
        const { type, body } = await receive(wire);
        if (type === 'T') names = columns(body);
        else if (type === 'D') found.push(row(names, body));
        else if (type === 'E') error = refusal(body);
        else if (type === 'Z') break;
    }
    if (error) throw error;
    return found;
}

function columns(body) {
    const names = [];
    let at = 2;
    for (let left = body.readInt16BE(0); left > 0; left--) {
        const end = body.indexOf(0, at);
        names.push(body.toString('utf8', at, end));
        at = end + 19;
    }
    return names;
}

function row(names, body) {
    const result = {};
    let at = 2;
    for (const name of names) {
        const length = body.readInt32BE(at);
        at += 4;
        result[name] = length < 0 ? null : body.toString('utf8', at, at + length);
        at += Math.max(0, length);
    }
    return result;
}

async function signIn(wire, url) {
    const { user, password } = credentials(url);
    const database = url.pathname.slice(1) || user;
    const start = Buffer.concat([
        int32(196608),
        ...['user', user, 'database', database, 'client_encoding', 'UTF8', ''].map(text),
    ]);
    wire.write(Buffer.concat([int32(start.length + 4), start]));
    const nonce = randomBytes(18).toString('base64');
    let expected;
    for (;;) {
        const { type, body } = await receive(wire);
        if (type === 'E') throw new Error(refusal(body).message);
        if (type === 'Z') return;
        if (type !== 'R') continue;
        const step = body.readInt32BE(0);
        const said = body.toString('utf8', 4);
        if (step === 10) {
            const first = Buffer.from(`n,,n=,r=${nonce}`);
            wire.write(message('p', text('SCRAM-SHA-256'), int32(first.length), first));
        } else if (step === 11) {
            const proof = scram(password, nonce, said);
            expected = proof.server;
            wire.write(message('p', Buffer.from(proof.answer)));
        } else if (step === 12 && said !== `v=${expected}`) {
            throw new Error('the server does not know the password either');
        } else if (step !== 0 && step !== 12) {
            throw new Error('the server wants to sign in by something else than SCRAM-SHA-256');
        }
    }
}

/** RFC 5802, without channel binding. */
function scram(password, nonce, challenge) {
    const { r, s, i } = Object.fromEntries(
        challenge.split(',').map((part) => [part[0], part.slice(2)]),
    );
    if (!r.startsWith(nonce)) throw new Error('the server answers somebody else');
    const hmac = (key, value) => createHmac('sha256', key).update(value).digest();
    const salted = pbkdf2Sync(password, Buffer.from(s, 'base64'), Number(i), 32, 'sha256');
    const clientKey = hmac(salted, 'Client Key');
    const storedKey = createHash('sha256').update(clientKey).digest();
    const closing = `c=biws,r=${r}`;
    const all = `n=,r=${nonce},${challenge},${closing}`;
    const signature = hmac(storedKey, all);
    const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]));
    return {
        answer: `${closing},p=${proof.toString('base64')}`,
        server: hmac(hmac(salted, 'Server Key'), all).toString('base64'),
    };
}
