// Writes down what happens on the platform, for whoever counts it later.
import { Clickhouse } from '../shared/clickhouse.mjs';
import { kudosGiven } from '../shared/events.mjs';
import { serve, variable } from '../shared/service.mjs';

const clickhouse = new Clickhouse(variable('CLICKHOUSE_URL'));
const nats = kudosGiven('analytics', ({ id, giver, receiver, text }) =>
    clickhouse.insert('kudos_given', [
        { id, giver: giver.id, receiver: receiver.id, words: text.split(/\s+/).length },
    ]),
);

serve('analytics', {
    stores: { clickhouse, nats },
    routes: {
        'GET /counts': async () => {
            const [counts] = await clickhouse.query(
                'SELECT count() AS kudos, uniq(giver) AS givers FROM kudos_given',
            );
            return { body: counts };
        },
    },
});
