// Writes subjects: by a rule, where another would ask a model with $PROVIDER_KEY.
import { serve, variable, word } from './service.mjs';

variable('PROVIDER_KEY');

serve('writer', {
    routes: {
        'POST /subjects': ({ body }) => ({ body: { subject: `News of ${word(body, 'about')}` } }),
    },
});
