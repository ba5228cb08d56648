// A client of NATS.
import { Wire, credentials, within } from './wire.mjs';

const RETRY_MILLIS = 200;

/** NATS: publishes, and subscribes in queue groups, so that each event reaches one instance. */
export class Nats {
    #url;
    #wire;
    #opening;
    #subscriptions = [];
    #pongs = [];
    #retry;
    #ended = false;

    constructor(address) {
        this.#url = new URL(address);
    }

    /** Returns when the server has it. */
    async publish(subject, event) {
        const body = JSON.stringify(event);
        const wire = await this.#connected();
        wire.write(`PUB ${subject} ${Buffer.byteLength(body)}\r\n${body}\r\n`);
        await this.#ping(wire);
    }

    /** Calls `handler(text)` for each event; stays subscribed when the connection is lost. */
    subscribe(subject, group, handler) {
        const line = `SUB ${subject} ${group} ${this.#subscriptions.length + 1}\r\n`;
        this.#subscriptions.push({ line, handler });
        if (this.#wire && !this.#wire.closed) this.#wire.write(line);
        else this.#again();
    }

    async check() {
        await this.#ping(await this.#connected());
    }

    close() {
        this.#ended = true;
        clearTimeout(this.#retry);
        this.#wire?.close('closed');
    }

    #again() {
        if (this.#ended || this.#retry || this.#subscriptions.length === 0) return;
        this.#retry = setTimeout(() => {
            this.#retry = undefined;
            this.#connected().catch(() => this.#again());
        }, RETRY_MILLIS);
    }

    async #connected() {
        if (this.#wire && !this.#wire.closed) return this.#wire;
        this.#opening ??= this.#open().finally(() => {
            this.#opening = undefined;
        });
        return this.#opening;
    }

    async #open() {
        const wire = Wire.open(this.#url, 4222);
        const { user, password } = credentials(this.#url);
        const greeting = await within(wire, wire.line());
        if (!greeting.startsWith('INFO ')) throw new Error('this is not NATS');
        const options = { verbose: false, pedantic: false, user, pass: password };
        wire.write(`CONNECT ${JSON.stringify(options)}\r\n`);
        this.#listen(wire);
        await this.#ping(wire);
        this.#wire = wire;
        for (const { line } of this.#subscriptions) wire.write(line);
        return wire;
    }

    async #ping(wire) {
        if (wire.closed) throw new Error('the connection was closed');
        const pong = new Promise((resolve, reject) => this.#pongs.push({ resolve, reject }));
        wire.write('PING\r\n');
        return within(wire, pong);
    }

    async #listen(wire) {
        try {
            for (;;) await this.#next(wire, await wire.line());
        } catch (error) {
            wire.close(error.message);
            for (const { reject } of this.#pongs.splice(0)) reject(error);
            this.#again();
        }
    }

    async #next(wire, line) {
        const [word, , id, ...rest] = line.split(' ');
        if (word === 'PING') wire.write('PONG\r\n');
        else if (word === 'PONG') this.#pongs.shift()?.resolve();
        else if (word === '-ERR') throw new Error(line.slice(5));
        else if (word === 'MSG') {
            const body = await wire.bytes(Number(rest.at(-1)) + 2);
            this.#subscriptions[Number(id) - 1].handler(body.toString('utf8', 0, body.length - 2));
        }
    }
}
