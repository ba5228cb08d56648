// Runs all tests, and writes what came of them as TAP:
//
//     node tools/test.mjs reports/tests.tap
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const [file] = process.argv.slice(2);
mkdirSync(dirname(file), { recursive: true });
const { status } = spawnSync(
    process.execPath,
    ['--test', '--test-reporter=tap', `--test-reporter-destination=${file}`, 'test/shared.test.mjs'],
    { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
