package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import dev.belay.release.Boundary;
import dev.belay.release.Dependency;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What is wrong with where copies of data are made: scratch servers of engines that have none, and
/// copies that would leave an environment's boundary. What only values tell is found with them, by
/// [VariableCheck].
final class BoundaryCheck {
    private static final Set<String> SCHEMES = Set.of("postgres", "postgresql");

    private final Effective effective;
    private final Complaints complaints;

    BoundaryCheck(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
    }

    void check() {
        Boundary boundary = boundary(effective);
        effective
                .merged("datastores")
                .forEach((name, datastore) -> {
                    Node.Mapping backup = Effective.mapping(datastore, "backup");
                    for (Node.Scalar scratch : Texts.of(backup.get("scratch"))) {
                        checkScratch(datastore, scratch);
                        checkInside(boundary, name, scratch);
                    }
                    if (boundary.isDeclared() && isKept(datastore)) {
                        checkKept(boundary, name, datastore);
                    }
                });
    }

    /// As far as it is written well.
    private static Boundary boundary(Effective effective) {
        Node.Mapping written = Effective.mapping(effective.own(), "boundary");
        List<String> hosts =
                Texts.of(written.get("scratch")).stream().map(Node.Scalar::text).toList();
        boolean open =
                Texts.of(written.get("encrypted")).stream()
                        .anyMatch(one -> one.text().equals("false"));
        return new Boundary(hosts, !open);
    }

    private void checkScratch(Node.Mapping datastore, Node.Scalar scratch) {
        for (Node.Scalar engine : Texts.of(datastore.get("engine"))) {
            if (isBackedUp(engine.text()) && !engine.text().equals("postgres")) {
                complaints.add(
                        Code.NOT_YET,
                        scratch.mark(),
                        "copies of engine `" + engine.text() + "` are made on this machine alone",
                        "leave `scratch` out");
                return;
            }
        }
        String url = scratch.text();
        int colon = url.indexOf(':');
        if (!url.startsWith("${") && (colon < 0 || !SCHEMES.contains(url.substring(0, colon)))) {
            complaints.add(
                    Code.WRONG_VALUE,
                    scratch.mark(),
                    "`scratch` must be the address of a PostgreSQL server",
                    "such as `\"${SCRATCH_URL}\"` or `\"postgres://belay:${PASSWORD}@db-scratch/postgres\"`");
        }
    }

    private void checkInside(Boundary boundary, String name, Node.Scalar scratch) {
        var url = new ScratchUrl(scratch.text());
        Optional<String> outside =
                url.hosts().isEmpty()
                        ? Optional.empty()
                        : boundary.obstacle(url.hosts(), url.sslmode());
        outside.ifPresent(why ->
                complaints.add(
                        Code.BOUNDARY,
                        scratch.mark(),
                        "copies of `%s` would leave the boundary of `%s`: %s"
                                .formatted(name, effective.name(), why),
                        "see docs/reference/backups.md, “Boundary”"));
    }

    private boolean isKept(Node.Mapping datastore) {
        boolean postgres =
                Texts.of(datastore.get("engine")).stream()
                        .anyMatch(engine -> engine.text().equals("postgres"));
        boolean gate = Effective.mapping(effective.own(), "gates").get("backup") != null;
        return datastore.get("backup") != null || (postgres && gate);
    }

    private void checkKept(Boundary boundary, String name, Node.Mapping datastore) {
        Node.Mapping backup = Effective.mapping(datastore, "backup");
        Node.Entry written = datastore.entries().get("backup");
        var mark = written == null ? datastore.mark() : written.key();
        if (boundary.encrypted() && Texts.of(backup.get("recipients")).isEmpty()) {
            complaints.add(
                    Code.BOUNDARY,
                    mark,
                    "backups of `%s` would lie unencrypted, and `%s` has a boundary"
                            .formatted(name, effective.name()),
                    "name `recipients` in its `backup:`");
        }
        if (backup.get("scratch") == null && !boundary.admitsThisMachine()) {
            boolean postgres =
                    Texts.of(datastore.get("engine")).stream()
                            .anyMatch(engine -> engine.text().equals("postgres"));
            complaints.add(
                    Code.BOUNDARY,
                    mark,
                    "copies of `%s` would be made on this machine, which is outside the boundary of `%s`"
                            .formatted(name, effective.name()),
                    postgres
                            ? "name the server that they are made on by `scratch` in its `backup:`,"
                                    + " or add `localhost` to the boundary"
                            : "its copies need a server that is started here: add `localhost` to"
                                    + " the boundary, or back it up in a `job`");
        }
    }

    private static boolean isBackedUp(String engine) {
        return Arrays.stream(Dependency.Engine.values())
                .anyMatch(one -> one.word().equals(engine) && one.isBackedUp());
    }
}
