package dev.belay.server.signature;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/// Whether a pinned log of certificates has promised to show a certificate (RFC 6962, 3.2 and 3.3):
/// then its authority cannot have given it out unseen.
final class Scts {
    private static final String LIST = "2b06010401d679020402";
    private static final int EXTENSIONS = 0xa3;
    private static final int ID_BYTES = 32;
    private static final byte SHA256 = 4;
    private static final byte PRECERTIFICATE = 1;

    private Scts() {}

    /// One log's promise.
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    private record Promise(String log, long time, byte[] extensions, byte[] signature) {}

    /// Demands a promise where the trust root names logs.
    static void require(byte[] certificate, TrustRoot.Authority by, List<TrustRoot.Log> logs)
            throws IOException, Unsigned {
        if (logs.isEmpty()) {
            return;
        }
        Der tbs = Der.of(certificate).child(0, Der.SEQUENCE);
        byte[] issuer = by.chain().getFirst().getPublicKey().getEncoded();
        byte[] bare = without(tbs);
        for (Promise promise : promises(tbs)) {
            byte[] signed = signed(promise, new Message.Enveloped(issuer).hash("SHA-256"), bare);
            Instant time = Instant.ofEpochMilli(promise.time);
            for (TrustRoot.Log log : logs) {
                if (log.id().equals(promise.log)
                        && log.valid().has(time)
                        && log.key().signed(signed, promise.signature)) {
                    return;
                }
            }
        }
        throw new Unsigned("has a certificate that no pinned log of certificates shows");
    }

    private static List<Der> extensions(Der tbs) throws Unsigned {
        return tbs.children().getLast().as(EXTENSIONS).child(0, Der.SEQUENCE).children();
    }

    /// What the log saw: the same without its promise.
    private static byte[] without(Der tbs) throws Unsigned {
        var kept = new ByteArrayOutputStream();
        for (Der extension : extensions(tbs)) {
            if (!extension.child(0).isOid(LIST)) {
                kept.writeBytes(extension.encoded());
            }
        }
        var all = new ByteArrayOutputStream();
        List<Der> parts = tbs.children();
        for (Der part : parts.subList(0, parts.size() - 1)) {
            all.writeBytes(part.encoded());
        }
        byte[] list = Der.encode(Der.SEQUENCE, kept.toByteArray());
        all.writeBytes(Der.encode(EXTENSIONS, list));
        return Der.encode(Der.SEQUENCE, all.toByteArray());
    }

    private static byte[] signed(Promise promise, byte[] issuer, byte[] tbs) {
        var out =
                ByteBuffer.allocate(
                        1
                                + 1
                                + 8
                                + 2
                                + issuer.length
                                + 3
                                + tbs.length
                                + 2
                                + promise.extensions.length);
        out.put((byte) 0).put((byte) 0).putLong(promise.time).putShort(PRECERTIFICATE);
        out.put(issuer).put((byte) (tbs.length >> 16)).putShort((short) tbs.length).put(tbs);
        out.putShort((short) promise.extensions.length).put(promise.extensions);
        return out.array();
    }

    private static List<Promise> promises(Der tbs) throws Unsigned {
        var promises = new java.util.ArrayList<Promise>();
        try {
            for (Der extension : extensions(tbs)) {
                if (extension.child(0).isOid(LIST)) {
                    Der value = extension.children().getLast().as(Der.OCTETS);
                    byte[] list = Der.of(value.content()).as(Der.OCTETS).content();
                    ByteBuffer all = ByteBuffer.wrap(stretch(ByteBuffer.wrap(list)));
                    while (all.hasRemaining()) {
                        promises.add(promise(ByteBuffer.wrap(stretch(all))));
                    }
                }
            }
        } catch (BufferUnderflowException _) {
            throw new Unsigned("has a certificate with a promise that is cut off");
        }
        return promises;
    }

    private static Promise promise(ByteBuffer in) throws Unsigned {
        byte version = in.get();
        byte[] log = new byte[ID_BYTES];
        in.get(log);
        long time = in.getLong();
        byte[] extensions = stretch(in);
        byte hash = in.get();
        in.get();
        byte[] signature = stretch(in);
        if (version != 0 || hash != SHA256 || in.hasRemaining()) {
            throw new Unsigned("has a certificate with a promise of a sort that is not known");
        }
        return new Promise(HexFormat.of().formatHex(log), time, extensions, signature);
    }

    /// What two bytes say the length of.
    private static byte[] stretch(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort() & 0xffff];
        in.get(bytes);
        return bytes;
    }
}
