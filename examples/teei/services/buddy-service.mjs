// Brings people together: takes their kudos, has them looked at, keeps them, tells the platform.
import { insiders, service } from '../shared/platform.mjs';
import { Nats } from '../shared/nats.mjs';
import { Postgres } from '../shared/postgres.mjs';
import { Refused, serve, variable, word } from '../shared/service.mjs';

const postgres = new Postgres(variable('DATABASE_URL'));
const nats = new Nats(variable('NATS_URL'));
const profiles = service('UNIFIED_PROFILE_URL');
const safety = service('SAFETY_MODERATION_URL');

serve('buddy-service', {
    stores: { postgres, nats },
    routes: {
        'POST /kudos': async (request) => {
            insiders(request);
            const { id, body } = request;
            const text = word(body, 'text');
            const giver = await profiles(id, 'GET', `/profiles/${word(body, 'giver')}`);
            const receiver = await profiles(id, 'POST', '/profiles', {
                name: word(body, 'receiver'),
            });
            const review = await safety(id, 'POST', '/reviews', { author: giver.id, text });
            if (!review.allowed) throw new Refused(422, review.reason);
            const [kudos] = await postgres.query(
                `INSERT INTO kudos (giver, receiver, text) VALUES ($1, $2, $3)
                 RETURNING id, given_at`,
                [giver.id, receiver.id, text],
            );
            await nats.publish('kudos.given', { id: kudos.id, giver, receiver, text });
            return { status: 201, body: { id: kudos.id } };
        },
    },
});
