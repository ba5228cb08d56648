// Documents by their number.
import { Postgres } from './postgres.mjs';
import { Refused, serve, variable, word } from './service.mjs';

const postgres = new Postgres(variable('DATABASE_URL'));
const longest = Number(variable('TITLE_LENGTH'));

serve('documents', {
    stores: { postgres },
    routes: {
        'POST /documents': async ({ body }) => {
            const title = word(body, 'title', longest);
            const [document] = await postgres.query(
                'INSERT INTO document (title) VALUES ($1) RETURNING id, title',
                [title],
            );
            return { status: 201, body: document };
        },
        'GET /documents/:id': async ({ params }) => {
            if (!/^[0-9]{1,18}$/.test(params.id)) throw new Refused(404, 'there is no such document');
            const [document] = await postgres.query(
                'SELECT id, title FROM document WHERE id = $1',
                [params.id],
            );
            if (!document) throw new Refused(404, 'there is no such document');
            return { body: document };
        },
    },
});
