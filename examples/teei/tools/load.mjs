// Load on an environment that runs, and what came of it in the form that `k6 run --summary-export`
// writes, for machines without k6:
//
//     API=http://127.0.0.1:3117 node tools/load.mjs reports/load.json
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const PEOPLE = 8;
const WISHES_EACH = 25;
const SLOWEST_MILLIS = 500;

const millis = [];
let failures = 0;

async function ask(method, path, token, body) {
    const started = performance.now();
    const response = await fetch(`${process.env.API}/api${path}`, {
        method,
        headers: token ? { authorization: `Bearer ${token}` } : {},
        body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    millis.push(performance.now() - started);
    failures += response.ok ? 0 : 1;
    return answer;
}

async function person(number) {
    const { token } = await ask('POST', '/sign-in', undefined, { name: `Load ${number}` });
    for (let i = 0; i < WISHES_EACH; i++) {
        await ask('POST', '/kudos', token, { receiver: 'Everybody', text: `wish ${i} of many` });
        await ask('GET', '/report', token);
    }
}

const started = performance.now();
await Promise.all(Array.from({ length: PEOPLE }, (_, number) => person(number)));
const seconds = (performance.now() - started) / 1000;

millis.sort((a, b) => a - b);
const at = (share) => millis[Math.min(millis.length - 1, Math.floor(millis.length * share))];
const sum = millis.reduce((a, b) => a + b, 0);
const crossed = at(0.95) > SLOWEST_MILLIS;
const summary = {
    metrics: {
        http_reqs: { count: millis.length, rate: millis.length / seconds },
        http_req_failed: { value: failures / millis.length },
        http_req_duration: {
            avg: sum / millis.length,
            med: at(0.5),
            max: millis.at(-1),
            'p(90)': at(0.9),
            'p(95)': at(0.95),
            // As k6 has it: whether the threshold was crossed.
            thresholds: { [`p(95)<${SLOWEST_MILLIS}`]: crossed },
        },
    },
};
const [file] = process.argv.slice(2);
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, JSON.stringify(summary, undefined, 2));
console.log(`${millis.length} requests, 95 % within ${Math.round(at(0.95))} ms, ${failures} failed`);
