// Who people are.
import { uuid } from '../shared/ids.mjs';
import { insiders } from '../shared/platform.mjs';
import { Postgres } from '../shared/postgres.mjs';
import { Refused, serve, variable, word } from '../shared/service.mjs';

const postgres = new Postgres(variable('DATABASE_URL'));

serve('unified-profile', {
    stores: { postgres },
    routes: {
        'POST /profiles': async (request) => {
            insiders(request);
            const [profile] = await postgres.query(
                `INSERT INTO profile (name) VALUES ($1)
                 ON CONFLICT (name) DO UPDATE SET seen_at = now() RETURNING id, name`,
                [word(request.body, 'name')],
            );
            return { body: profile };
        },
        'GET /profiles/:id': async (request) => {
            insiders(request);
            const id = uuid(request.params.id, 'person');
            const [profile] = await postgres.query(
                'SELECT id, name FROM profile WHERE id = $1',
                [id],
            );
            if (!profile) throw new Refused(404, 'there is no such person');
            return { body: profile };
        },
    },
});
