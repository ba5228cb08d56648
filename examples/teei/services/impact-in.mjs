// What the platform does for a company, in numbers that fit on a slide.
import { Clickhouse } from '../shared/clickhouse.mjs';
import { serve, variable } from '../shared/service.mjs';

const clickhouse = new Clickhouse(variable('CLICKHOUSE_URL'));

serve('impact-in', {
    stores: { clickhouse },
    routes: {
        'GET /impact': async () => {
            const [impact] = await clickhouse.query(
                `SELECT count() AS kudos, uniq(receiver) AS reached, sum(words) AS words
                 FROM kudos_given`,
            );
            return { body: impact };
        },
    },
});
