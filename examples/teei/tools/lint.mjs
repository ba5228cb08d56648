// The few rules of style that this platform has. A larger one would run ESLint here.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const RULES = [
    [/\t/, 'a tab'],
    [/\s$/, 'a blank at the end'],
    [/^.{101,}$/, 'more than 100 characters'],
    [/^\s*var /, '`var`: say `const` or `let`'],
    [/\bdebugger\b;/, '`debugger`'],
];

let wrong = 0;
for (const folder of ['services', 'shared', 'cockpit']) {
    for (const name of readdirSync(folder).filter((one) => /\.m?js$/.test(one))) {
        const lines = readFileSync(join(folder, name), 'utf8').split('\n');
        lines.forEach((line, at) => {
            for (const [pattern, what] of RULES.filter(([pattern]) => pattern.test(line))) {
                console.error(`${folder}/${name}:${at + 1}: ${what}`);
                wrong++;
            }
        });
    }
}
console.log(wrong === 0 ? 'nothing to complain about' : `${wrong} complaints`);
process.exitCode = wrong === 0 ? 0 : 1;
