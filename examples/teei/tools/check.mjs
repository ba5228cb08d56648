// Reads every program of the platform, so that a slip of the pen is found before anything is built.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

let wrong = 0;
for (const folder of ['services', 'shared', 'db', 'tools']) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.mjs'))) {
        const { status, stderr } = spawnSync(process.execPath, ['--check', `${folder}/${file}`]);
        if (status !== 0) console.error(String(stderr));
        wrong += status === 0 ? 0 : 1;
    }
}
console.log(wrong === 0 ? 'all programs can be read' : `${wrong} programs cannot be read`);
process.exitCode = wrong === 0 ? 0 : 1;
