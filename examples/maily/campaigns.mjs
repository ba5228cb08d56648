// Keeps campaigns, and puts each into the queue of what is to be sent.
import { Postgres } from './postgres.mjs';
import { Redis } from './redis.mjs';
import { serve, variable, word } from './service.mjs';

const postgres = new Postgres(variable('DATABASE_URL'));
const redis = new Redis(variable('REDIS_URL'));

serve('campaigns', {
    stores: { postgres, redis },
    routes: {
        'POST /campaigns': async ({ body }) => {
            const [campaign] = await postgres.query(
                'INSERT INTO campaign (subject) VALUES ($1) RETURNING id, subject',
                [word(body, 'subject')],
            );
            await redis.command('RPUSH', 'mail', JSON.stringify(campaign));
            return { status: 201, body: campaign };
        },
        'GET /sent': async () => ({ body: { sent: Number(await redis.command('GET', 'sent')) } }),
    },
});
