package dev.belay.manifest;

import dev.belay.manifest.ComponentSection.KindWord;
import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import dev.belay.problem.Nearest;
import dev.belay.release.Dependency;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What no single key can be wrong about: names that nothing has, ports that two want, keys that a
/// kind lacks. Goes on past anything malformed, which the check of its shape has named.
final class References {
    /// What a server is called in an archive, by its tool.
    private static final Map<String, String> WORDS_OF_TOOLS =
            Map.of("pgbackrest", "stanza", "barman", "server");

    private static final int HIGHEST_PORT = 65_535;

    private final Effective effective;
    private final Complaints complaints;
    private final SequencedMap<String, Node.Mapping> datastores;
    private final SequencedMap<String, Node.Mapping> externals;

    References(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
        this.datastores = effective.merged("datastores");
        this.externals = effective.merged("external");
    }

    void check() {
        effective.groups().check(complaints);
        checkNames();
        effective.components().forEach(this::checkKind);
        Set<String> usable = usable();
        effective.components().forEach((_, component) -> checkUses(component, usable));
        checkOverrides();
        checkPorts();
        new EntranceCheck(effective, complaints).check();
        new MigrationCheck(effective, complaints).check();
        new ContainerCheck(effective, complaints).check();
        new CommandCheck(effective, complaints).check();
        new CanaryCheck(effective, complaints).check();
        new PrometheusCheck(effective, complaints).check();
        new HaproxyCheck(effective, complaints).check();
        new RegistryCheck(effective, complaints).check();
        new BoundaryCheck(effective, complaints).check();
        new SecretCheck(effective, complaints).check();
        new PublicCheck(effective, complaints).check();
        checkSmoke();
        checkEngines();
        checkPromotes();
        checkApprovals();
        new ChosenPolicies(effective).check(complaints);
        new Order(effective, complaints).check();
    }

    private void checkNames() {
        Effective.mapping(effective.root(), "external")
                .entries()
                .forEach((name, entry) -> {
                    if (datastores.containsKey(name)) {
                        complaints.add(
                                Code.NAME_TAKEN,
                                entry.key(),
                                "`" + name + "` is a datastore already",
                                "`uses` could not tell them apart");
                    }
                });
    }

    private void checkKind(String name, Node.Mapping component) {
        if (!(component.get("kind") instanceof Node.Scalar(_, _, String word))) {
            return;
        }
        for (KindWord kind : KindWord.values()) {
            if (ComponentSection.word(kind).equals(word)) {
                checkKeys(name, component, kind);
            }
        }
    }

    private void checkKeys(String name, Node.Mapping component, KindWord kind) {
        String word = ComponentSection.word(kind);
        component
                .entries()
                .forEach((key, entry) -> {
                    if (!ComponentSection.has(kind, key)) {
                        complaints.add(
                                Code.KEY_OF_OTHER_KIND,
                                entry.key(),
                                "a `" + word + "` has no `" + key + "`",
                                "it is for " + ComponentSection.whoHas(key));
                    }
                });
        for (String key : ComponentSection.needed(kind)) {
            if (component.get(key) == null && needsToBeStarted(component)) {
                complaints.add(
                        Code.MISSING_KEY,
                        component.mark(),
                        "the " + word + " `" + name + "` must have `" + key + "`",
                        "add `" + key + ":`");
            }
        }
        boolean made = Effective.mapping(component, "build").get("output") != null;
        if (kind == KindWord.FRONTEND && component.get("static") == null && !made) {
            complaints.add(
                    Code.MISSING_KEY,
                    component.mark(),
                    "the frontend `" + name + "` must have `static`",
                    "add `static:` with the folder of its files");
        }
    }

    /// What commands deploy needs neither a port nor a command that starts it.
    private boolean needsToBeStarted(Node.Mapping component) {
        return !CommandCheck.commanded(effective) || component.get("commands") == null;
    }

    /// What `uses` may name, also what this environment removes.
    private Set<String> usable() {
        Set<String> written = new LinkedHashSet<>(datastores.keySet());
        written.addAll(externals.keySet());
        written.addAll(Effective.mapping(effective.root(), "datastores").entries().keySet());
        written.addAll(Effective.mapping(effective.root(), "external").entries().keySet());
        return written;
    }

    private void checkUses(Node.Mapping component, Set<String> written) {
        for (Node.Scalar use : Texts.of(component.get("uses"))) {
            refer(use, written, "datastore or external");
        }
        for (Node.Scalar use :
                Texts.of(Effective.mapping(component, "migrations").get("datastore"))) {
            refer(use, written, "datastore");
        }
    }

    private void checkEngines() {
        datastores.forEach((name, datastore) -> {
            Node backup = datastore.get("backup");
            Node local = datastore.get("local");
            for (Node.Scalar engine : Texts.of(datastore.get("engine"))) {
                if (backup != null && !isBackedUp(engine.text())) {
                    complaints.add(
                            Code.NOT_YET,
                            backup.mark(),
                            "this version cannot back up `%s`, of engine `%s`"
                                    .formatted(name, engine.text()),
                            "back it up in a `job`");
                }
                checkArchive(name, engine.text(), Effective.mapping(datastore, "backup"));
                if (local != null && engine.text().equals("sqlite")) {
                    complaints.add(
                            Code.WRONG_VALUE,
                            local.mark(),
                            "`" + name + "` is a file, and no server that could be started",
                            "leave `local` out");
                }
            }
        });
    }

    /// One that the server does not have would be believed in until the day on which it is needed.
    private void checkArchive(String name, String engine, Node.Mapping backup) {
        if (!(backup.get("archive") instanceof Node.Mapping archive)) {
            return;
        }
        if (!engine.equals("postgres")) {
            complaints.add(
                    Code.WRONG_VALUE,
                    archive.mark(),
                    "`%s` is of engine `%s`, and only a log of PostgreSQL can be replayed"
                            .formatted(name, engine),
                    "leave `archive` out");
            return;
        }
        for (Node.Scalar tool : Texts.of(archive.get("tool"))) {
            String others = tool.text().equals("barman") ? "stanza" : "server";
            Node wrong = archive.get(others);
            if (wrong != null && WORDS_OF_TOOLS.containsKey(tool.text())) {
                complaints.add(
                        Code.WRONG_VALUE,
                        wrong.mark(),
                        "`%s` has no `%s`".formatted(tool.text(), others),
                        "write `%s:`".formatted(WORDS_OF_TOOLS.get(tool.text())));
            }
        }
    }

    /// Also a word that is no engine: that is complained about elsewhere.
    private static boolean isBackedUp(String engine) {
        return Arrays.stream(Dependency.Engine.values())
                .filter(one -> one.word().equals(engine))
                .allMatch(Dependency.Engine::isBackedUp);
    }

    private void refer(Node.Scalar reference, Set<String> known, String what) {
        if (!known.contains(reference.text())) {
            complaints.add(
                    Code.UNKNOWN_REFERENCE,
                    reference.mark(),
                    "there is no " + what + " `" + reference.text() + "`",
                    Nearest.hint(reference.text(), known));
        }
    }

    private void checkOverrides() {
        Effective.mapping(effective.own(), "components")
                .entries()
                .forEach((name, entry) -> {
                    if (!effective.groups().knows(name)) {
                        effective.groups().unknown(entry.key(), name, complaints);
                    }
                });
    }

    private void checkSmoke() {
        if (effective.root().get("smoke") instanceof Node.Sequence tests) {
            Node.Mapping all = Effective.mapping(effective.root(), "components");
            for (Node test : tests.items()) {
                if (test instanceof Node.Mapping map) {
                    for (Node.Scalar name : Texts.of(map.get("component"))) {
                        refer(name, all.entries().keySet(), "component");
                        checkHasPort(name);
                    }
                }
            }
        }
    }

    private void checkHasPort(Node.Scalar name) {
        Node.Mapping component = effective.components().get(name.text());
        if (component != null && component.get("port") == null) {
            complaints.add(
                    Code.WRONG_VALUE,
                    name.mark(),
                    "`" + name.text() + "` has no port that a test could go through",
                    "name a service or frontend");
        }
    }

    /// Of one, of each and of a number are three ways to say who; a quorum fits those it is of.
    private void checkApprovals() {
        Node.Mapping approvals =
                Effective.mapping(Effective.mapping(effective.own(), "gates"), "approvals");
        List<String> ways =
                Stream.of("any", "all", "quorum").filter(approvals.entries()::containsKey).toList();
        Node.@Nullable Entry of = approvals.entries().get("of");
        String wrong = "";
        if (ways.size() > 1) {
            wrong = "`" + String.join("` and `", ways) + "` say two things";
        } else if (of != null && !ways.contains("quorum")) {
            wrong = "`of` needs `quorum`";
        }
        if (!wrong.isEmpty()) {
            complaints.add(
                    Code.WRONG_VALUE,
                    approvals.mark(),
                    "approvals: " + wrong,
                    "write `any: […]`, `all: […]`, `quorum: 2`, or `{of: […], quorum: 2}`");
        }
    }

    private void checkComponents(Node.Mapping rule) {
        for (Node.Scalar component : Texts.of(rule.get("for"))) {
            if (!effective.groups().knows(component.text())) {
                effective.groups().unknown(component.mark(), component.text(), complaints);
            }
        }
    }

    private void checkPromotes() {
        Set<String> environments =
                Effective.mapping(effective.root(), "environments").entries().keySet();
        for (Node.Scalar from :
                Texts.of(Effective.mapping(effective.own(), "promotes").get("from"))) {
            refer(from, environments, "environment");
            demandNoCircle(from);
        }
        Node.Mapping evidence =
                Effective.mapping(Effective.mapping(effective.own(), "gates"), "evidence");
        evidence.entries()
                .keySet()
                .forEach(name -> {
                    Node.Mapping rule = Effective.mapping(evidence, name);
                    for (Node.Scalar from : Texts.of(rule.get("from"))) {
                        refer(from, environments, "environment");
                    }
                    checkComponents(rule);
                });
        contracts();
        Node.Mapping gates = Effective.mapping(effective.own(), "gates");
        SignatureSections.check(gates, complaints);
        checkComponents(Effective.mapping(gates, "signatures"));
        for (Node.Scalar below : Texts.of(gates.get("migrated-in"))) {
            refer(below, environments, "environment");
            if (below.text().equals(effective.name())) {
                complaints.add(
                        Code.CYCLE,
                        below.mark(),
                        "`" + below.text() + "` cannot wait for itself",
                        "name the environment that comes before it");
            }
        }
    }

    /// An environment that promotes from itself, over whichever others, would never get anything.
    private void demandNoCircle(Node.Scalar from) {
        Node.Mapping all = Effective.mapping(effective.root(), "environments");
        Set<String> seen = new HashSet<>();
        String at = from.text();
        while (seen.add(at) && !at.equals(effective.name())) {
            List<Node.Scalar> next =
                    Texts.of(Effective.mapping(Effective.mapping(all, at), "promotes").get("from"));
            if (next.isEmpty()) {
                return;
            }
            at = next.getFirst().text();
        }
        if (at.equals(effective.name())) {
            complaints.add(
                    Code.CYCLE,
                    from.mark(),
                    "`" + effective.name() + "` would promote from itself",
                    "name the environment that comes before it");
        }
    }

    /// Someone who wants a port, and where they say so.
    private record Claim(String who, Mark mark) {}

    private void checkPorts() {
        Map<Integer, List<Claim>> claims = new TreeMap<>();
        effective
                .components()
                .forEach((name, component) -> claim(claims, "`" + name + "`", component));
        datastores.forEach((name, store) ->
                claim(claims, "`" + name + "`", Effective.mapping(store, "local")));
        Effective.mapping(effective.own(), "entrances")
                .entries()
                .forEach((name, entry) -> {
                    if (entry.value() instanceof Node.Mapping entrance) {
                        claim(claims, "the entrance `" + name + "`", entrance);
                    }
                });
        int offset = number(effective.own().get("port-offset"));
        claims.forEach((port, claimed) -> {
            Claim first = claimed.getFirst();
            for (Claim claim : claimed.subList(1, claimed.size())) {
                complaints.add(
                        Code.PORT_TAKEN,
                        claim.mark(),
                        "port " + port + " is already that of " + first.who(),
                        "line "
                                + first.mark().line()
                                + " of `"
                                + first.mark().file().name()
                                + "` takes it");
            }
            if (port + offset > HIGHEST_PORT && port <= HIGHEST_PORT) {
                complaints.add(
                        Code.PORT_TAKEN,
                        first.mark(),
                        "port %d of %s becomes %d by the offset of `%s`"
                                .formatted(port, first.who(), port + offset, effective.name()),
                        "the highest port is " + HIGHEST_PORT);
            }
        });
    }

    private static void claim(Map<Integer, List<Claim>> claims, String who, Node.Mapping map) {
        claim(claims, who, map.get("port"));
        claim(claims, who, map.get("redirect-from"));
    }

    private static void claim(Map<Integer, List<Claim>> claims, String who, @Nullable Node node) {
        int port = number(node);
        if (node != null && port > 0) {
            claims.computeIfAbsent(port, _ -> new ArrayList<>()).add(new Claim(who, node.mark()));
        }
    }

    private static int number(@Nullable Node node) {
        return node instanceof Node.Scalar(_, Node.Kind kind, String text)
                        && kind == Node.Kind.INTEGER
                        && text.matches("[0-9]{1,5}")
                ? Integer.parseInt(text)
                : 0;
    }

    /// What may break is of a component that there is.
    private void contracts() {
        Node.Mapping gate =
                Effective.mapping(Effective.mapping(effective.own(), "gates"), "contracts");
        if (!(gate.get("except") instanceof Node.Sequence list)) {
            return;
        }
        for (Node one : list.items()) {
            if (one instanceof Node.Mapping exception) {
                for (Node.Scalar name : Texts.of(exception.get("component"))) {
                    if (!effective.components().containsKey(name.text())) {
                        effective.groups().unknown(name.mark(), name.text(), complaints);
                    }
                }
            }
        }
    }
}
