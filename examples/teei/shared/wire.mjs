// What the clients of the stores share: a connection that is read like a file, and turns at it.
import { connect } from 'node:net';

const PATIENCE_MILLIS = 5_000;
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

/** A connection that is read by lines and by counts of bytes. */
export class Wire {
    #socket;
    #read = Buffer.alloc(0);
    #failure;
    #arrived = () => {};

    static open(url, defaultPort) {
        const socket = connect({ host: url.hostname, port: Number(url.port || defaultPort) });
        socket.setNoDelay(true);
        return new Wire(socket);
    }

    constructor(socket) {
        this.#socket = socket;
        socket.on('data', (data) => {
            this.#read = Buffer.concat([this.#read, data]);
            if (this.#read.length > ANSWER_BYTES_MAX) this.close('the answer is too long');
            this.#arrived();
        });
        socket.on('error', (error) => this.close(error.message));
        socket.on('close', () => this.close('the connection was closed'));
    }

    get closed() {
        return this.#failure !== undefined;
    }

    close(reason) {
        this.#failure ??= new Error(reason);
        this.#socket.destroy();
        this.#arrived();
    }

    write(data) {
        this.#socket.write(data);
    }

    async bytes(count) {
        while (this.#read.length < count) await this.#more();
        return this.#take(count);
    }

    async line() {
        let end;
        while ((end = this.#read.indexOf('\r\n')) < 0) await this.#more();
        return this.#take(end + 2).toString('utf8', 0, end);
    }

    #take(count) {
        const taken = this.#read.subarray(0, count);
        this.#read = this.#read.subarray(count);
        return taken;
    }

    #more() {
        if (this.#failure) throw this.#failure;
        return new Promise((resolve) => {
            this.#arrived = resolve;
        });
    }
}

/** The same promise, but the connection is closed, and so it fails, when it takes too long. */
export async function within(wire, promise) {
    const timer = setTimeout(() => wire.close('no answer in time'), PATIENCE_MILLIS);
    try {
        return await promise;
    } finally {
        clearTimeout(timer);
    }
}

/** One conversation at a time over one connection, which is thrown away when anything is odd. */
export class Turns {
    #connect;
    #signIn;
    #wire;
    #last = Promise.resolve();

    constructor(connect, signIn) {
        this.#connect = connect;
        this.#signIn = signIn;
    }

    /** Runs `talk(wire)` when those before it have ended. */
    take(talk) {
        const turn = this.#last.then(() => this.#run(talk));
        this.#last = turn.catch(() => {});
        return turn;
    }

    async #run(talk) {
        if (!this.#wire || this.#wire.closed) {
            const wire = this.#connect();
            try {
                await within(wire, this.#signIn(wire));
            } catch (error) {
                wire.close(error.message);
                throw error;
            }
            this.#wire = wire;
        }
        try {
            return await within(this.#wire, talk(this.#wire));
        } catch (error) {
            // What the server answered properly leaves the connection in order.
            if (!(error instanceof Answered)) this.#wire.close(error.message);
            throw error;
        }
    }

    close() {
        this.#wire?.close('closed');
    }
}

/** A store said no; the connection is as good as before. */
export class Answered extends Error {}

export function credentials(url) {
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}
