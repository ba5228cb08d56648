// The cockpit sends kudos and shows what became of them, all through the API gateway.
const api = globalThis.__ENV.API_URL;
const output = document.querySelector('output');

async function call(method, path, body, token) {
    const response = await fetch(api + path, {
        method,
        headers: token ? { authorization: `Bearer ${token}` } : {},
        body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    return answer;
}

async function showReport() {
    const { kudos, givers } = await call('GET', '/report');
    document.querySelector('#report').textContent = `${kudos} kudos from ${givers} people so far`;
}

document.querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const { name, receiver, text } = Object.fromEntries(new FormData(event.target));
    try {
        const { token } = await call('POST', '/sign-in', { name });
        const { id } = await call('POST', '/kudos', { receiver, text }, token);
        const kudos = await call('GET', `/kudos/${id}`, undefined, token);
        output.textContent = `${kudos.giver} thanked ${kudos.receiver}: “${kudos.text}”`;
        await showReport();
    } catch (error) {
        output.textContent = error.message;
    }
});

await showReport();
