// How the services of this platform call each other.
import { Refused, variable } from './service.mjs';

const PATIENCE_MILLIS = 8_000;

/** Stops whoever does not know the platform's own key: services answer services, not strangers. */
export function insiders({ headers }) {
    if (headers['x-api-key'] !== variable('API_KEY')) throw new Refused(401, 'who are you?');
}

/**
 * A function that calls one service: `call(id, 'POST', '/kudos', {…})`.
 *
 * The request's id goes along, so that one user's action can be found in the logs of all services.
 */
export function service(variableName) {
    const base = variable(variableName);
    const key = variable('API_KEY');
    return async (id, method, path, body) => {
        let response;
        try {
            response = await fetch(new URL(path, base), {
                method,
                headers: { 'x-api-key': key, 'x-request-id': id },
                body: body && JSON.stringify(body),
                signal: AbortSignal.timeout(PATIENCE_MILLIS),
            });
        } catch (error) {
            throw new Error(`${method} ${base}${path}: ${error.cause?.message ?? error.message}`);
        }
        const answer = await response.json();
        if (response.ok) return answer;
        // Its refusal is ours; its trouble is not the caller's to hear about.
        if (response.status < 500) throw new Refused(response.status, answer.error);
        throw new Error(`${method} ${base}${path} answered ${response.status}`);
    };
}
