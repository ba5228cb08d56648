// Looks for what must not be in a service, and writes what it found as SARIF, as Semgrep does:
//
//     node ../../tools/scan.mjs src reports/scan.sarif
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const RULES = [
    ['runs-text', /\b(eval|new Function)\(/, 'text is run as a program'],
    ['runs-commands', /node:child_process/, 'a service starts other programs'],
];

const [folder, report] = process.argv.slice(2);
const results = [];
for (const name of readdirSync(folder)) {
    const uri = join(folder, name);
    readFileSync(uri, 'utf8').split('\n').forEach((line, at) => {
        for (const [ruleId, pattern, text] of RULES.filter(([, pattern]) => pattern.test(line))) {
            const region = { startLine: at + 1 };
            const locations = [{ physicalLocation: { artifactLocation: { uri }, region } }];
            results.push({ ruleId, level: 'error', message: { text }, locations });
        }
    });
}
const driver = { name: 'atlas-scan', rules: RULES.map(([id]) => ({ id })) };
mkdirSync(dirname(report), { recursive: true });
writeFileSync(report, JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver }, results }] }));
