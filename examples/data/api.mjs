// Takes gifts and tells the latest one. Callers speak of cents, whatever the table keeps.
import { Postgres } from './postgres.mjs';
import { Refused, serve, variable, word } from './service.mjs';

const db = new Postgres(variable('DATABASE_URL'));

serve('api', {
    stores: { db },
    routes: {
        'POST /gifts': async ({ body }) => {
            const giver = word(body, 'giver');
            if (!Number.isSafeInteger(body.cents)) throw new Refused(400, '`cents` must be whole');
            const [gift] = await db.query(
                'INSERT INTO gift (giver, euros) VALUES ($1, $2::numeric / 100) RETURNING id',
                [giver, body.cents],
            );
            return { status: 201, body: gift };
        },
        'GET /gifts/latest': async () => {
            const [gift] = await db.query(
                'SELECT giver, (euros * 100)::bigint AS cents FROM gift ORDER BY id DESC LIMIT 1',
            );
            return { body: gift ?? {} };
        },
    },
});
