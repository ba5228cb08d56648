// Reads every program of the platform, so that a slip of the pen is found before anything is built:
//
//     node --no-warnings --experimental-vm-modules tools/check.mjs
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { SourceTextModule } from 'node:vm';

let wrong = 0;
for (const folder of ['services', 'shared', 'db/counts', 'tools', 'test']) {
    for (const name of readdirSync(folder).filter((one) => one.endsWith('.mjs'))) {
        const file = `${folder}/${name}`;
        try {
            new SourceTextModule(readFileSync(file, 'utf8'));
        } catch {
            // Slower, and says in which line.
            console.error(String(spawnSync(process.execPath, ['--check', file]).stderr));
            wrong++;
        }
    }
}
console.log(wrong === 0 ? 'all programs can be read' : `${wrong} programs cannot be read`);
process.exitCode = wrong === 0 ? 0 : 1;
