package dev.belay.server.signature;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// What somebody signed.
sealed interface Message {
    /// Puts all of it there, in pieces.
    <X extends Exception> void into(Sink<X> sink) throws IOException, X;

    long length() throws IOException;

    /// Takes a piece.
    interface Sink<X extends Exception> {
        void take(byte[] bytes, int length) throws X;
    }

    /// An artifact's archive.
    record Archive(Path file) implements Message {
        private static final int PIECE = 1 << 16;

        @Override
        public <X extends Exception> void into(Sink<X> sink) throws IOException, X {
            byte[] piece = new byte[PIECE];
            try (InputStream in = Files.newInputStream(file)) {
                for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                    sink.take(piece, read);
                }
            }
        }

        @Override
        public long length() throws IOException {
            return Files.size(file);
        }
    }

    /// A DSSE envelope's payload and type, in the encoding that is signed.
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    record Enveloped(byte[] encoded) implements Message {
        /// `DSSEv1 LENGTH TYPE LENGTH PAYLOAD`, as DSSE's protocol has it.
        static Enveloped of(String type, byte[] payload) {
            byte[] name = type.getBytes(StandardCharsets.UTF_8);
            byte[] head =
                    ("DSSEv1 " + name.length + " " + type + " " + payload.length + " ")
                            .getBytes(StandardCharsets.UTF_8);
            byte[] all = java.util.Arrays.copyOf(head, head.length + payload.length);
            System.arraycopy(payload, 0, all, head.length, payload.length);
            return new Enveloped(all);
        }

        @Override
        public <X extends Exception> void into(Sink<X> sink) throws X {
            sink.take(encoded, encoded.length);
        }

        @Override
        public long length() {
            return encoded.length;
        }
    }

    /// Its hash, of an algorithm that every JDK has.
    default byte[] hash(String algorithm) throws IOException {
        try {
            MessageDigest hash = MessageDigest.getInstance(algorithm);
            into((bytes, length) -> hash.update(bytes, 0, length));
            return hash.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
