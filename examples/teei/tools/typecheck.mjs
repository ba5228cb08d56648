// Plain JavaScript has no types. What can be known of it without running it is known here: that every
// name which a program imports from another is exported there. In TypeScript this would be `tsc`.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const programs = ['services', 'shared', 'db', 'tools', 'test']
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
    .filter((file) => file.endsWith('.mjs'));

let wrong = 0;
for (const program of programs) {
    const imports = /import \{([^}]*)\} from '(\.[^']*)'/g;
    for (const [, names, from] of readFileSync(program, 'utf8').matchAll(imports)) {
        const file = join(dirname(program), from);
        const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
        for (const name of names.split(',').map((one) => one.trim().split(' ')[0]).filter(Boolean)) {
            const exported = `export (async )?(function|class|const|let) ${name}\\b`;
            if (new RegExp(exported).test(text)) continue;
            console.error(`${program}: \`${name}\` is not exported by ${file}`);
            wrong++;
        }
    }
}
console.log(wrong === 0 ? 'every import is exported' : `${wrong} imports lead nowhere`);
process.exitCode = wrong === 0 ? 0 : 1;
