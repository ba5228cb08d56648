// JSON Web Tokens, signed with HMAC-SHA-256 and nothing else.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Refused } from './service.mjs';

const LIFETIME_SECONDS = 3600;
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const HEAD = encode({ alg: 'HS256', typ: 'JWT' });

function signature(secret, signed) {
    return createHmac('sha256', secret).update(signed).digest();
}

export function issue(secret, subject) {
    const now = Math.floor(Date.now() / 1000);
    const signed = `${HEAD}.${encode({ sub: subject, iat: now, exp: now + LIFETIME_SECONDS })}`;
    return `${signed}.${signature(secret, signed).toString('base64url')}`;
}

/** The subject of `Authorization: Bearer …`, or a refusal. */
export function bearer(secret, { headers }) {
    const [head, claims, proof] = (headers.authorization ?? '').replace('Bearer ', '').split('.');
    const given = Buffer.from(proof ?? '', 'base64url');
    const expected = signature(secret, `${head}.${claims}`);
    if (head !== HEAD || given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new Refused(401, 'sign in first');
    }
    const { sub, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    if (exp * 1000 < Date.now()) throw new Refused(401, 'the token is too old: sign in again');
    return sub;
}
