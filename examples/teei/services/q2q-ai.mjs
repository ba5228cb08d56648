// From quality to quantity: scores what people write. Word lists, where others would ask a model.
import { createHash } from 'node:crypto';
import { Redis } from '../shared/redis.mjs';
import { serve, variable, word } from '../shared/service.mjs';

const CUES = {
    belonging: /\b(team|together|we|welcome|us)\b/gi,
    confidence: /\b(can|could|managed|sure|proud)\b/gi,
    gratitude: /\b(thanks?|grateful|appreciate)\b/gi,
};
const KEEP_SECONDS = 3600;

const redis = new Redis(variable('REDIS_URL'));

function scores(text) {
    const count = text.split(/\s+/).length;
    const score = (cue) => Math.min(1, ((text.match(cue) ?? []).length * 5) / count);
    return Object.fromEntries(Object.entries(CUES).map(([name, cue]) => [name, score(cue)]));
}

serve('q2q-ai', {
    stores: { redis },
    routes: {
        'POST /scores': async ({ body }) => {
            const text = word(body, 'text', 5_000);
            const key = `scores:${createHash('sha256').update(text).digest('hex')}`;
            const known = await redis.command('GET', key);
            if (known) return { body: JSON.parse(known) };
            const result = scores(text);
            await redis.command('SET', key, JSON.stringify(result), 'EX', KEEP_SECONDS);
            return { body: result };
        },
    },
});
