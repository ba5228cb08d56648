// A client of ClickHouse.
import { credentials } from './wire.mjs';

const PATIENCE_MILLIS = 5_000;

/** ClickHouse over HTTP. */
export class Clickhouse {
    #base;
    #headers;

    constructor(address) {
        const url = new URL(address);
        const { user, password } = credentials(url);
        this.#headers = { 'x-clickhouse-user': user || 'default', 'x-clickhouse-key': password };
        this.#base = new URL(url.origin);
        if (url.pathname.length > 1) {
            this.#base.searchParams.set('database', url.pathname.slice(1));
        }
    }

    /** A statement without rows, such as `CREATE TABLE`. */
    async run(sql) {
        const response = await fetch(this.#base, {
            method: 'POST',
            headers: this.#headers,
            body: sql,
            signal: AbortSignal.timeout(PATIENCE_MILLIS),
        });
        const said = await response.text();
        if (!response.ok) throw new Error(said.slice(0, 300));
        return said;
    }

    /** Rows as objects. Values in `sql` go through `literal`. */
    async query(sql) {
        return JSON.parse(await this.run(`${sql} FORMAT JSON`)).data;
    }

    insert(table, rows) {
        const lines = rows.map((one) => JSON.stringify(one)).join('\n');
        return this.run(`INSERT INTO ${table} FORMAT JSONEachRow\n${lines}`);
    }

    async check() {
        await this.run('SELECT 1');
    }

    close() {}
}

/** A text as ClickHouse reads it. */
export function literal(value) {
    return `'${String(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
