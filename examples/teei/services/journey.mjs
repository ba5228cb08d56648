// What happened to a person lately, newest first.
import { kudosGiven } from '../shared/events.mjs';
import { uuid } from '../shared/ids.mjs';
import { Redis } from '../shared/redis.mjs';
import { serve, variable } from '../shared/service.mjs';

const STATIONS_MAX = 50;

const redis = new Redis(variable('REDIS_URL'));
const nats = kudosGiven('journey', async ({ giver, receiver, text }) => {
    const key = `journey:${receiver.id}`;
    await redis.command('LPUSH', key, `${giver.name} says: ${text}`);
    await redis.command('LTRIM', key, 0, STATIONS_MAX - 1);
});

serve('journey', {
    stores: { redis, nats },
    routes: {
        'GET /journeys/:person': async ({ params }) => ({
            body: await redis.command('LRANGE', `journey:${uuid(params.person, 'person')}`, 0, -1),
        }),
    },
});
