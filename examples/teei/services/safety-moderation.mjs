// Keeps what people write to each other decent: no insults, and not the same thing over and over.
import { createHash } from 'node:crypto';
import { insiders } from '../shared/platform.mjs';
import { Redis } from '../shared/redis.mjs';
import { serve, variable, word } from '../shared/service.mjs';

const INSULTS = /\b(idiot|stupid|loser)\b/i;
const REPETITIONS_MAX = 20;
const FORGET_AFTER_SECONDS = 60;

const redis = new Redis(variable('REDIS_URL'));

async function review(author, text) {
    if (INSULTS.test(text)) return { allowed: false, reason: 'this would hurt somebody' };
    const digest = createHash('sha256').update(text).digest('hex');
    const key = `said:${author}:${digest}`;
    const times = await redis.command('INCR', key);
    await redis.command('EXPIRE', key, FORGET_AFTER_SECONDS);
    return times > REPETITIONS_MAX
        ? { allowed: false, reason: 'you have said so already' }
        : { allowed: true };
}

serve('safety-moderation', {
    stores: { redis },
    routes: {
        'POST /reviews': async (request) => {
            insiders(request);
            const { body } = request;
            return { body: await review(word(body, 'author'), word(body, 'text')) };
        },
    },
});
