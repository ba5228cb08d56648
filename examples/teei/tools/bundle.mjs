// Puts one program and what it shares with the others into a folder that runs anywhere:
//
//     node tools/bundle.mjs FOLDER FILE…
import { cpSync, rmSync } from 'node:fs';

const [folder, ...files] = process.argv.slice(2);
rmSync(folder, { recursive: true, force: true });
for (const file of [...files, 'shared']) {
    cpSync(file, `${folder}/${file}`, { recursive: true });
}
