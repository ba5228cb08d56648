// Answers questions. A table of words, where another would ask a model; $PROMPT is the version of
// what a model would be told.
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const KNOWN = [
    [/open|hours/i, 'We open at nine.'],
    [/where|address/i, 'You find us at 1 Harbour Street.'],
    [/pills|dose/i, 'I cannot give medical advice.'],
];

export function answer(question) {
    const [, text = 'I do not know that.'] = KNOWN.find(([words]) => words.test(question)) ?? [];
    return text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const server = createServer((request, response) => {
        const url = new URL(request.url, 'http://localhost');
        const body =
            url.pathname === '/answer'
                ? { answer: answer(url.searchParams.get('q') ?? ''), prompt: process.env.PROMPT }
                : { status: 'up' };
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(body));
    });
    server.listen(Number(process.env.PORT), '127.0.0.1');
    process.once('SIGTERM', () => server.close(() => process.exit(0)));
}
