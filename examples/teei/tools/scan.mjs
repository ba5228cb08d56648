// Looks for what must not be in a service, and writes what it found as SARIF, the form in which
// Semgrep, CodeQL and the like report:
//
//     node tools/scan.mjs reports/security.sarif
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const RULES = [
    ['runs-text', /\b(eval|new Function)\(/, 'text is run as a program'],
    ['runs-commands', /node:child_process/, 'a service starts other programs'],
    ['sql-of-texts', /query\([^)]*\$\{(?!literal\()/, 'a value is pasted into SQL'],
    ['key-in-source', /(secret|password|key)\w* = '[^']{8,}'/i, 'a key is in the source'],
];

const results = [];
for (const folder of ['services', 'shared', 'cockpit']) {
    for (const name of readdirSync(folder)) {
        const uri = join(folder, name);
        readFileSync(uri, 'utf8').split('\n').forEach((line, at) => {
            for (const [ruleId, pattern, text] of RULES) {
                if (!pattern.test(line)) continue;
                const region = { startLine: at + 1 };
                const physicalLocation = { artifactLocation: { uri }, region };
                const locations = [{ physicalLocation }];
                results.push({ ruleId, level: 'error', message: { text }, locations });
                console.error(`${uri}:${at + 1}: ${text}`);
            }
        });
    }
}

const [file] = process.argv.slice(2);
const driver = { name: 'teei-scan', rules: RULES.map(([id]) => ({ id })) };
mkdirSync(dirname(file), { recursive: true });
writeFileSync(
    file,
    JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver }, results }] }, undefined, 2),
);
console.log(`${results.length} findings`);
