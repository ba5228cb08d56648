// Tells what came of it: names from PostgreSQL, counts from ClickHouse.
import { setTimeout as pause } from 'node:timers/promises';
import { Clickhouse, literal } from '../shared/clickhouse.mjs';
import { uuid } from '../shared/ids.mjs';
import { insiders } from '../shared/platform.mjs';
import { Postgres } from '../shared/postgres.mjs';
import { Refused, serve, variable } from '../shared/service.mjs';

const COUNTED_WITHIN_MILLIS = 5_000;
const LOOK_MILLIS = 50;

const postgres = new Postgres(variable('DATABASE_URL'));
const clickhouse = new Clickhouse(variable('CLICKHOUSE_URL'));

/** The event is on its way through NATS and analytics while somebody already asks for it. */
async function counted(id) {
    const deadline = Date.now() + COUNTED_WITHIN_MILLIS;
    do {
        const [event] = await clickhouse.query(
            `SELECT words FROM kudos_given WHERE id = ${literal(id)}`,
        );
        if (event) return event;
        await pause(LOOK_MILLIS);
    } while (Date.now() < deadline);
    throw new Refused(404, 'nobody has counted it yet');
}

serve('reporting', {
    stores: { postgres, clickhouse },
    routes: {
        'GET /reports/kudos/:id': async (request) => {
            insiders(request);
            const id = uuid(request.params.id, 'kudos');
            const [kudos] = await postgres.query(
                `SELECT kudos.id, giver.name AS giver, receiver.name AS receiver, kudos.text
                 FROM kudos JOIN profile giver ON giver.id = kudos.giver
                            JOIN profile receiver ON receiver.id = kudos.receiver
                 WHERE kudos.id = $1`,
                [id],
            );
            if (!kudos) throw new Refused(404, 'there are no such kudos');
            return { body: { ...kudos, words: Number((await counted(id)).words) } };
        },
        'GET /reports': async (request) => {
            insiders(request);
            const [counts] = await clickhouse.query(
                'SELECT count() AS kudos, uniq(giver) AS givers FROM kudos_given',
            );
            return { body: { kudos: Number(counts.kudos), givers: Number(counts.givers) } };
        },
    },
});
