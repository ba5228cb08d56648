package dev.belay.server.audit;

import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.witness.HookHost;
import dev.belay.driver.witness.Witness;
import dev.belay.journal.AuditLog;
import dev.belay.journal.AuditTree;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Those who are told of every checkpoint. They belong to the installation and not to the manifest:
/// whoever may change what is shipped is not thereby free to send the witnesses away. That one
/// comes or goes is itself in the log.
public final class Witnesses implements AutoCloseable {
    private static final String FILE = "witnesses.json";
    private static final int MAX = 20;
    private static final int SECRET_BYTES = 32;

    private final Path folder;
    private final AuditTree tree;
    private final AuditLog log;
    private final InstantSource clock;
    private final List<WitnessResident> residents = new ArrayList<>();
    private boolean started;

    /// What is written of them.
    private record Notes(List<WitnessNote> witnesses) {}

    /// One that was added.
    ///
    /// @param secret of a web hook, told this once; else empty
    public record Added(WitnessView witness, String secret) {}

    private Witnesses(Path folder, AuditTree tree, AuditLog log, InstantSource clock) {
        this.folder = folder;
        this.tree = tree;
        this.log = log;
        this.clock = clock;
    }

    /// Those that an earlier control plane knew.
    ///
    /// @param folder of the audit log's own files
    /// @throws IOException with a sentence for people
    public static Witnesses open(Path folder, AuditTree tree, AuditLog log, InstantSource clock)
            throws IOException {
        var witnesses = new Witnesses(folder, tree, log, clock);
        Optional<String> written = DurableFile.read(folder.resolve(FILE));
        if (written.isPresent()) {
            try {
                JsonMapper.shared()
                        .readValue(written.get(), Notes.class)
                        .witnesses()
                        .forEach(note -> witnesses.residents.add(witnesses.resident(note)));
            } catch (JacksonException | IllegalArgumentException e) {
                throw new IOException(
                        "`" + folder.resolve(FILE) + "` cannot be read: " + e.getMessage(), e);
            }
        }
        return witnesses;
    }

    private WitnessResident resident(WitnessNote note) {
        WitnessAddress address =
                WitnessAddress.parse(note.where())
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "`" + note.where() + "` is no witness"));
        Witness witness = address.witness(note.secret(), clock);
        return new WitnessResident(note, address.kind(), witness, tree, clock, this::save);
    }

    /// Begins to tell them.
    public synchronized void start() {
        started = true;
        residents.forEach(WitnessResident::start);
    }

    /// There is a new checkpoint. Never blocks.
    public synchronized void wake() {
        residents.forEach(WitnessResident::wake);
    }

    /// Tells all of them once, and returns when that is over.
    void pass() {
        List<WitnessResident> all;
        synchronized (this) {
            all = List.copyOf(residents);
        }
        all.forEach(WitnessResident::pass);
    }

    /// All of them.
    public synchronized List<WitnessView> list() {
        return residents.stream().map(WitnessResident::view).toList();
    }

    /// What is wrong, a sentence each.
    public List<String> troubles() {
        return list().stream()
                .filter(one -> !one.trouble().isEmpty())
                .map(one -> "witness `" + one.name() + "`: " + one.trouble())
                .toList();
    }

    /// Adds one, and tells it of the newest checkpoint at once if it is there.
    ///
    /// @param name empty for one that says what it is
    /// @throws Denied when it cannot be one
    public Added add(String where, String name, String by) {
        WitnessAddress address =
                WitnessAddress.parse(where)
                        .orElseThrow(() ->
                                problem(
                                        where,
                                        "it is no place for a witness",
                                        "one of " + WitnessAddress.FORMS));
        WitnessResident added;
        String secret = address instanceof WitnessAddress.OfWebhook ? secret() : "";
        synchronized (this) {
            String called = name.isEmpty() ? freeName(address.kind()) : name;
            requireFree(called, where);
            prepare(address, where);
            log.record(
                    new AuditLog.Deed(
                            by,
                            "witness-added",
                            Map.of("witness", called, "where", WitnessResident.shown(where))));
            added = resident(new WitnessNote(called, where, secret, 0, ""));
            residents.add(added);
            saveNow();
        }
        added.pass();
        synchronized (this) {
            if (started) {
                added.start();
            }
        }
        return new Added(added.view(), secret);
    }

    private void requireFree(String name, String where) {
        if (!name.matches("[a-z0-9][a-z0-9-]{0,39}")) {
            throw problem(name, "a witness is called in small letters, digits and hyphens", "");
        }
        if (residents.stream().anyMatch(one -> one.note().name().equals(name))) {
            throw problem(name, "there is a witness of that name", "choose another with `--name`");
        }
        if (residents.stream().anyMatch(one -> one.note().where().equals(where))) {
            throw problem(where, "it is a witness already", "");
        }
        if (residents.size() >= MAX) {
            throw problem(name, "there are " + MAX + " witnesses already", "remove one first");
        }
    }

    private String freeName(String kind) {
        return Stream.iterate(1, n -> n + 1)
                .map(n -> n == 1 ? kind : kind + "-" + n)
                .filter(name -> residents.stream().noneMatch(one -> one.note().name().equals(name)))
                .findFirst()
                .orElseThrow();
    }

    /// A file is made now and never again: where it is missing later, its disk is not there.
    private static void prepare(WitnessAddress address, String where) {
        switch (address) {
            case WitnessAddress.OfFile(Path file) -> {
                try {
                    if (!Files.isRegularFile(file)) {
                        Files.createFile(file);
                    }
                } catch (IOException e) {
                    throw problem(
                            where,
                            "the file cannot be made: " + e.getMessage(),
                            "its folder has to be there, and Belay's user may write to it");
                }
            }
            case WitnessAddress.OfGit(Path folder) -> {
                if (!Files.exists(folder.resolve(".git"))) {
                    throw problem(
                            where,
                            "it is no Git repository",
                            "make one there with `git init` or `git clone`");
                }
            }
            case WitnessAddress.OfWebhook(URI hook) -> requireHook(hook, where);
            case WitnessAddress.OfSyslog _ -> {}
        }
    }

    /// One that cannot be found now may be found later, and is looked at again then.
    private static void requireHook(URI address, String where) {
        boolean forbidden;
        try {
            forbidden = HookHost.isForbidden(address.getHost());
        } catch (UnknownHostException away) {
            forbidden = false;
        }
        if (forbidden) {
            throw problem(
                    where,
                    "it leads to where a machine's own keys are given out, or to nobody in particular",
                    "name the host of whoever keeps checkpoints");
        }
    }

    /// Forgets one; what it has, it keeps.
    public void remove(String name, String by) {
        WitnessResident gone;
        synchronized (this) {
            gone =
                    residents.stream()
                            .filter(one -> one.note().name().equals(name))
                            .findFirst()
                            .orElseThrow(() ->
                                    Denied.unknown(
                                            "audit/unknown-witness",
                                            "witness",
                                            name,
                                            "there is no witness of that name",
                                            "`belay audit witness` lists them"));
            log.record(
                    new AuditLog.Deed(
                            by,
                            "witness-removed",
                            Map.of(
                                    "witness",
                                    name,
                                    "where",
                                    WitnessResident.shown(gone.note().where()))));
            residents.remove(gone);
            saveNow();
        }
        gone.close();
    }

    private static Denied problem(String where, String message, String hint) {
        return new Denied(No.problem("audit/witness", "`" + where + "`", message, hint));
    }

    private static String secret() {
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        return "whsec_" + Base64.getEncoder().encodeToString(random);
    }

    private synchronized void save() throws IOException {
        DurableFile.folder(folder);
        var notes = new Notes(residents.stream().map(WitnessResident::note).toList());
        DurableFile.write(folder.resolve(FILE), JsonMapper.shared().writeValueAsString(notes));
    }

    private void saveNow() {
        try {
            save();
        } catch (IOException e) {
            throw Denied.failure("the witnesses cannot be written down: " + e.getMessage(), "");
        }
    }

    /// What is being told is given up; the next control plane goes on.
    @Override
    public void close() {
        List<WitnessResident> all;
        synchronized (this) {
            all = List.copyOf(residents);
        }
        all.forEach(WitnessResident::close);
    }
}
