// Identifiers as they come from outside.
import { Refused } from './service.mjs';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function uuid(value, what) {
    if (!UUID.test(value)) throw new Refused(400, `this is no id of a ${what}`);
    return value;
}
