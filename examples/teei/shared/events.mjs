// Taking events from NATS: what cannot be handled is logged and does not stop the next one.
import { Nats } from './nats.mjs';
import { variable } from './service.mjs';

/** A connection that gives each `kudos.given` to one instance of `service`. */
export function kudosGiven(service, handler) {
    const nats = new Nats(variable('NATS_URL'));
    nats.subscribe('kudos.given', service, async (text) => {
        try {
            await handler(JSON.parse(text));
        } catch (error) {
            console.error(`${service} lost an event: ${error.message}`);
        }
    });
    return nats;
}
