// Asks what people ask, in many ways, and writes how it was answered as promptfoo does:
//
//     node test/evaluate.mjs reports/evaluation.json
//
// It takes some eighty cases to be sure that not five in a hundred got worse.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { answer } from '../src/main.mjs';

const WAYS = ['%', 'Please: %', 'Tell me, %', '% Thanks!', 'Hello. %', '% It is urgent.', 'Well, %'];
const CASES = [
    ['when do you open?', 'nine'],
    ['what are your opening hours?', 'nine'],
    ['are you open on Mondays?', 'nine'],
    ['hours?', 'nine'],
    ['where are you?', 'Harbour'],
    ['what is your address?', 'Harbour'],
    ['where do I find you?', 'Harbour'],
    ['which pills should I take?', 'cannot'],
    ['what dose is safe?', 'cannot'],
    ['how many pills a day?', 'cannot'],
    ['who was Napoleon?', 'do not know'],
    ['what is the meaning of life?', 'do not know'],
];

const results = CASES.flatMap(([question, expected]) =>
    WAYS.map((way) => {
        const q = way.replace('%', question);
        const success = answer(q).includes(expected);
        const assert = [{ type: 'contains', value: expected }];
        return {
            testCase: { vars: { q }, assert },
            success,
            score: success ? 1 : 0,
            failureReason: success ? 0 : 1,
        };
    }),
);
const [report] = process.argv.slice(2);
mkdirSync(dirname(report), { recursive: true });
writeFileSync(report, JSON.stringify({ results: { version: 3, results } }));
