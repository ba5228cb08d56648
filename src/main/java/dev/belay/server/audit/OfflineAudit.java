package dev.belay.server.audit;

import dev.belay.journal.AuditReport;
import dev.belay.journal.AuditVerifier;
import dev.belay.journal.JournalException;
import dev.belay.journal.Vouched;
import dev.belay.journal.tree.NotANote;
import dev.belay.journal.tree.NoteKey;
import dev.belay.server.text.AuditText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// Verifies files without a control plane: a journal, a copy of one, a bundle of evidence or a
/// proof. For the command line of an auditor, on whatever machine.
public final class OfflineAudit {
    private static final byte[] SQLITE = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final int KEY_FILE_MAX = 4096;

    private final List<NoteKey> keys = new ArrayList<>();
    private final List<Vouched> witnessed = new ArrayList<>();

    /// What came out.
    public sealed interface Verified {
        /// Whether nothing was found.
        boolean isWell();

        /// For people.
        String text(boolean colour);

        /// For programs.
        String json();

        /// Of a journal.
        ///
        /// @param key that may sign
        record OfJournal(AuditReport report, String key) implements Verified {
            @Override
            public boolean isWell() {
                return report.isWell();
            }

            @Override
            public String text(boolean colour) {
                return AuditText.of(report, key, colour);
            }

            @Override
            public String json() {
                return fields(report, key, isWell());
            }
        }

        /// Of a bundle.
        record OfBundle(BundleReport report) implements Verified {
            @Override
            public boolean isWell() {
                return report.isWell();
            }

            @Override
            public String text(boolean colour) {
                return AuditText.of(report, colour);
            }

            @Override
            public String json() {
                return fields(report, report.key(), isWell());
            }
        }

        /// Of a single proof.
        record OfProof(ProofReport report) implements Verified {
            @Override
            public boolean isWell() {
                return report.isWell();
            }

            @Override
            public String text(boolean colour) {
                return AuditText.of(report, colour);
            }

            @Override
            public String json() {
                return fields(report, report.key(), isWell());
            }
        }

        private static String fields(Object report, String key, boolean well) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("well", well);
            fields.put("key", key);
            fields.put("report", report);
            return JsonMapper.shared().writeValueAsString(fields);
        }
    }

    /// Believes a key.
    ///
    /// @param given the key as `belay audit key` prints it, or a file with it
    /// @throws IOException with a sentence when it is neither
    public void trust(String given, Path folder) throws IOException {
        try {
            keys.add(NoteKey.parse(given));
        } catch (NotANote e) {
            if (given.indexOf('\0') >= 0) {
                throw new IOException("it is no key: " + e.getMessage(), e);
            }
            Path file = folder.resolve(given);
            if (!Files.isRegularFile(file) || Files.size(file) > KEY_FILE_MAX) {
                throw new IOException("it is no key, and no file with one: " + e.getMessage(), e);
            }
            trustFile(file);
        }
    }

    private void trustFile(Path file) throws IOException {
        try {
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank() && !line.startsWith("PRIVATE+KEY")) {
                    keys.add(NoteKey.parse(line));
                }
            }
        } catch (NotANote e) {
            throw new IOException("`" + file + "` holds no key: " + e.getMessage(), e);
        }
    }

    /// Believes the key of the control plane whose state this is, if there is one.
    public void trustOwn(Path state) throws IOException {
        Optional<NoteKey> own = AuditKey.published(state.resolve("audit"));
        own.ifPresent(keys::add);
    }

    /// Whether some key is believed.
    public boolean trusts() {
        return !keys.isEmpty();
    }

    /// Compares with what a witness kept, too.
    ///
    /// @throws IOException with a sentence when there is nothing to compare with
    public void compareWith(Path witness) throws IOException {
        witnessed.addAll(WitnessFile.read(witness));
    }

    /// Whether it is a journal; else it may be a bundle.
    public static boolean isJournal(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return java.util.Arrays.equals(in.readNBytes(SQLITE.length), SQLITE);
        }
    }

    /// Verifies a file.
    ///
    /// @throws IOException with a sentence when it is neither journal nor bundle, or cannot be read
    public Verified verify(Path file) throws IOException {
        if (isJournal(file)) {
            try {
                return new Verified.OfJournal(
                        AuditVerifier.verify(file, keys, witnessed), keys.getFirst().written());
            } catch (JournalException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        Optional<ProofReport> proof = ProofCheck.verify(file, keys, witnessed);
        if (proof.isPresent()) {
            return new Verified.OfProof(proof.get());
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new Verified.OfBundle(BundleCheck.verify(in, keys, witnessed));
        }
    }
}
