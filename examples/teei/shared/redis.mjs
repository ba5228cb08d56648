// A client of Redis.
import { Answered, Turns, Wire, credentials } from './wire.mjs';

/** Redis, RESP 2. */
export class Redis {
    #turns;

    constructor(address) {
        const url = new URL(address);
        const { user, password } = credentials(url);
        this.#turns = new Turns(
            () => Wire.open(url, 6379),
            async (wire) => {
                if (password) await ask(wire, user ? ['AUTH', user, password] : ['AUTH', password]);
                if (url.pathname.length > 1) await ask(wire, ['SELECT', url.pathname.slice(1)]);
            },
        );
    }

    /** One command, each word a text or number: `command('INCR', key)`. */
    command(...words) {
        return this.#turns.take((wire) => ask(wire, words));
    }

    async check() {
        await this.command('PING');
    }

    close() {
        this.#turns.close();
    }
}

function ask(wire, words) {
    const parts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
    wire.write(`*${words.length}\r\n${parts.join('')}`);
    return answer(wire);
}

async function answer(wire) {
    const line = await wire.line();
    const rest = line.slice(1);
    switch (line[0]) {
        case '+':
            return rest;
        case ':':
            return Number(rest);
        case '-':
            throw new Answered(rest);
        case '$': {
            if (rest === '-1') return null;
            const value = await wire.bytes(Number(rest) + 2);
            return value.toString('utf8', 0, value.length - 2);
        }
        case '*': {
            const values = [];
            for (let left = Number(rest); left > 0; left--) values.push(await answer(wire));
            return values;
        }
        default:
            throw new Error('this is not Redis');
    }
}
