// Runs tests, and writes what came of them as TAP:
//
//     node ../../tools/tap.mjs reports/unit.tap test/unit.mjs
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const [report, ...tests] = process.argv.slice(2);
mkdirSync(dirname(report), { recursive: true });
const options = ['--test', '--test-reporter=tap', `--test-reporter-destination=${report}`];
const { status } = spawnSync(process.execPath, [...options, ...tests], { stdio: 'inherit' });
process.exitCode = status ?? 1;
