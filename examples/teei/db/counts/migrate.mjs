// Brings ClickHouse's schema to what the files beside this one say, as a platform's own tool does.
// What was applied stands in the table `migration`; ClickHouse changes no row, so each change of
// mind is a row, and the latest counts.
//
//     node migrate.mjs up         applies what is missing
//     node migrate.mjs down       takes back what came after $BELAY_MIGRATED_FROM
//     node migrate.mjs status     prints what is applied
//     node migrate.mjs plan       prints what `up` would do, and does nothing
import { readFileSync, readdirSync } from 'node:fs';
import { Clickhouse, literal } from '../../shared/clickhouse.mjs';
import { variable } from '../../shared/service.mjs';

const FOLDER = new URL('./', import.meta.url);

const clickhouse = new Clickhouse(variable('CLICKHOUSE_URL'));

const files = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.up.sql'))
    .map((name) => name.slice(0, -'.up.sql'.length))
    .sort((a, b) => parseInt(a) - parseInt(b));

const sql = (name, way) => readFileSync(new URL(`${name}.${way}.sql`, FOLDER), 'utf8');

async function applied() {
    const [{ result }] = await clickhouse.query('EXISTS TABLE migration');
    if (Number(result) === 0) return [];
    const rows = await clickhouse.query(
        'SELECT name, argMax(is_applied, n) AS now FROM migration GROUP BY name',
    );
    return rows.filter(({ now }) => Number(now) === 1).map(({ name }) => name);
}

async function missing() {
    const there = await applied();
    return files.filter((name) => !there.includes(name));
}

/** ClickHouse has no transactions: what is done and not written down is done again. */
async function change(name, way) {
    await clickhouse.run(sql(name, way));
    await clickhouse.run(
        `INSERT INTO migration (name, is_applied, n)
         SELECT ${literal(name)}, ${way === 'up' ? 1 : 0}, count() + 1 FROM migration`,
    );
    console.log(`${way === 'up' ? 'applied' : 'took back'} ${name}`);
}

const commands = {
    async up() {
        await clickhouse.run(`CREATE TABLE IF NOT EXISTS migration
            (name String, is_applied UInt8, n UInt32) ENGINE = MergeTree() ORDER BY n`);
        for (const name of await missing()) await change(name, 'up');
    },
    async down() {
        const before = (process.env.BELAY_MIGRATED_FROM ?? '').split(' ');
        const there = await applied();
        for (const name of [...files].reverse()) {
            if (there.includes(name) && !before.includes(name)) await change(name, 'down');
        }
    },
    async status() {
        const there = await applied();
        console.log(files.filter((name) => there.includes(name)).join(' '));
    },
    async plan() {
        for (const name of await missing()) console.log(sql(name, 'up').trim());
    },
};

try {
    await commands[process.argv[2]]();
} catch (error) {
    console.error(error.message);
    process.exitCode = 1;
} finally {
    clickhouse.close();
}
