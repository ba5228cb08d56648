// Announces kudos. It keeps the latest announcements to be read, where another would post them.
import { kudosGiven } from '../shared/events.mjs';
import { serve } from '../shared/service.mjs';

const ANNOUNCEMENTS_MAX = 20;
const announcements = [];

const nats = kudosGiven('discord-bot', ({ giver, receiver }) => {
    announcements.unshift(`**${giver.name}** thanked **${receiver.name}**`);
    announcements.length = Math.min(announcements.length, ANNOUNCEMENTS_MAX);
});

serve('discord-bot', {
    stores: { nats },
    routes: { 'GET /announcements': () => ({ body: announcements }) },
});
