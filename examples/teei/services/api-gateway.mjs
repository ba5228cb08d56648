// The platform's front door: signs people in, limits how often they ask, passes their wishes on.
import { service } from '../shared/platform.mjs';
import { uuid } from '../shared/ids.mjs';
import { Redis } from '../shared/redis.mjs';
import { Refused, serve, variable, word } from '../shared/service.mjs';
import { bearer, issue } from '../shared/tokens.mjs';

const REQUESTS_PER_MINUTE = 120;

const secret = variable('JWT_SECRET');
const redis = new Redis(variable('REDIS_URL'));
const profiles = service('UNIFIED_PROFILE_URL');
const buddies = service('BUDDY_SERVICE_URL');
const reports = service('REPORTING_URL');

async function person(request) {
    const subject = bearer(secret, request);
    const key = `requests:${subject}:${Math.floor(Date.now() / 60_000)}`;
    const count = await redis.command('INCR', key);
    await redis.command('EXPIRE', key, 60);
    if (count > REQUESTS_PER_MINUTE) throw new Refused(429, 'too many requests: wait a minute');
    return subject;
}

serve('api-gateway', {
    stores: { redis },
    cors: true,
    routes: {
        // A name is enough to sign in: this is an example, and who you are is not its subject.
        'POST /api/sign-in': async ({ id, body }) => {
            const profile = await profiles(id, 'POST', '/profiles', { name: word(body, 'name') });
            return { body: { token: issue(secret, profile.id), profile } };
        },
        'POST /api/kudos': async (request) => {
            const giver = await person(request);
            const { id, body } = request;
            const kudos = { giver, receiver: word(body, 'receiver'), text: word(body, 'text') };
            return { status: 201, body: await buddies(id, 'POST', '/kudos', kudos) };
        },
        'GET /api/kudos/:kudos': async (request) => {
            await person(request);
            const path = `/reports/kudos/${uuid(request.params.kudos, 'kudos')}`;
            return { body: await reports(request.id, 'GET', path) };
        },
        'GET /api/report': async ({ id }) => ({ body: await reports(id, 'GET', '/reports') }),
    },
});
