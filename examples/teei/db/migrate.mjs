// Brings the schemas of PostgreSQL and ClickHouse to what `migrations/` says. What was applied
// stands in PostgreSQL's table `migration`, so that running it again does nothing.
//
//     node migrate.mjs            applies what is missing
//     node migrate.mjs --probe    0 when nothing is missing, 1 when something is
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { Clickhouse } from '../shared/clickhouse.mjs';
import { Postgres } from '../shared/postgres.mjs';
import { variable } from '../shared/service.mjs';

const FOLDER = new URL('migrations/', import.meta.url);

const postgres = new Postgres(variable('DATABASE_URL'));
const clickhouse = new Clickhouse(variable('CLICKHOUSE_URL'));

function migrations() {
    return readdirSync(FOLDER)
        .filter((name) => name.endsWith('.sql'))
        .sort()
        .map((name) => {
            const sql = readFileSync(new URL(name, FOLDER), 'utf8');
            return { name, sql, digest: createHash('sha256').update(sql).digest('hex') };
        });
}

/** What the ledger lacks. A migration that was changed after it was applied stops everything. */
async function missing() {
    const [{ ledger }] = await postgres.query(`SELECT to_regclass('migration') AS ledger`);
    const rows = ledger ? await postgres.query('SELECT name, digest FROM migration') : [];
    const applied = new Map(rows.map(({ name, digest }) => [name, digest]));
    for (const { name, digest } of migrations()) {
        if (applied.has(name) && applied.get(name) !== digest) {
            throw new Error(`${name} is not what was applied: write a new migration instead`);
        }
    }
    return migrations().filter(({ name }) => !applied.has(name));
}

/** With its row in the ledger in one transaction. ClickHouse has none: there, statements repeat. */
async function apply({ name, sql, digest }) {
    const row = `INSERT INTO migration (name, digest) VALUES ('${name}', '${digest}');`;
    if (name.endsWith('.clickhouse.sql')) {
        await clickhouse.run(sql);
        await postgres.script(row);
    } else {
        await postgres.script(`${sql}\n${row}`);
    }
    console.log(`applied ${name}`);
}

async function migrate() {
    await postgres.script(`CREATE TABLE IF NOT EXISTS migration (
        name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz DEFAULT now())`);
    const todo = await missing();
    for (const migration of todo) await apply(migration);
    console.log(todo.length === 0 ? 'nothing to apply' : `${todo.length} applied`);
    return 0;
}

async function probe() {
    const todo = await missing();
    console.log(todo.length === 0 ? 'all applied' : `${todo.length} not applied`);
    return todo.length === 0 ? 0 : 1;
}

const NOBODY_KNOWS = 70;
try {
    process.exitCode = await (process.argv[2] === '--probe' ? probe() : migrate());
} catch (error) {
    console.error(error.message);
    process.exitCode = NOBODY_KNOWS;
} finally {
    postgres.close();
}
