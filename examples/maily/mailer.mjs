// Sends what is in the queue: counts it, where another would speak SMTP.
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from './redis.mjs';
import { variable } from './service.mjs';

const LOOK_MILLIS = 100;

const redis = new Redis(variable('REDIS_URL'));
let ends = false;
process.once('SIGTERM', () => {
    ends = true;
});

console.log('mailer works');
while (!ends) {
    const campaign = await redis.command('LPOP', 'mail').catch(() => null);
    if (campaign) await redis.command('INCR', 'sent');
    else await pause(LOOK_MILLIS);
}
redis.close();
