// The server's side of RFC 6455: what an editor needs of it and no more.
import { createHash } from 'node:crypto';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const BYTES_MAX = 64 * 1024;
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Answers the handshake; calls `text(text)` for each message, `closed()` once. */
export function accept(request, stream, { text, closed }) {
    const key = createHash('sha1').update(request.headers['sec-websocket-key'] + GUID);
    stream.write(
        'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n' +
            `sec-websocket-accept: ${key.digest('base64')}\r\n\r\n`,
    );
    const socket = {
        send: (message) => stream.writable && stream.write(frame(TEXT, Buffer.from(message))),
        close(code, reason) {
            const body = Buffer.alloc(2);
            body.writeUInt16BE(code);
            stream.end(frame(CLOSE, Buffer.concat([body, Buffer.from(reason).subarray(0, 120)])));
        },
    };
    let read = Buffer.alloc(0);
    stream.on('data', (data) => {
        read = Buffer.concat([read, data]);
        for (let next = parse(read); next; next = parse(read)) {
            read = read.subarray(next.length);
            if (next.kind === TEXT) text(next.body.toString());
            else if (next.kind === PING) stream.write(frame(PONG, next.body));
            else if (next.kind === CLOSE) stream.end(frame(CLOSE, next.body));
        }
        if (read.length > BYTES_MAX + 14) socket.close(1009, 'too long');
    });
    stream.on('error', () => stream.destroy());
    stream.on('close', closed);
    return socket;
}

function frame(kind, body) {
    const head =
        body.length < 126
            ? Buffer.from([0x80 | kind, body.length])
            : Buffer.from([0x80 | kind, 126, body.length >> 8, body.length & 0xff]);
    return Buffer.concat([head, body]);
}

/** One whole frame of a client, or nothing yet. What is longer than 64 KiB never is one. */
function parse(read) {
    if (read.length < 6) return undefined;
    const short = read[1] & 0x7f;
    const at = short === 126 ? 4 : 2;
    const length = short === 126 ? read.readUInt16BE(2) : short;
    if (short === 127 || read.length < at + 4 + length) return undefined;
    const mask = read.subarray(at, at + 4);
    const body = Buffer.from(read.subarray(at + 4, at + 4 + length)).map((byte, i) => byte ^ mask[i % 4]);
    return { kind: read[0] & 0x0f, body, length: at + 4 + length };
}
