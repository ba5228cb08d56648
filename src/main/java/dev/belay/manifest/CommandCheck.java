package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import java.util.List;
import java.util.Set;

/// What a component lacks, or has and cannot have, where commands deploy it.
final class CommandCheck {
    private static final Set<String> DEPLOYED = Set.of("service", "frontend", "worker");

    /// What says how Belay itself starts and reaches something, and would be believed in.
    private static final List<String> OTHERS =
            List.of("at", "public", "liveness", "migrations", "slow-start", "sticky");

    private final Effective effective;
    private final Complaints complaints;

    CommandCheck(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
    }

    /// Whether an environment's components are deployed by commands.
    static boolean commanded(Effective effective) {
        return effective.own().get("target") instanceof Node.Scalar target
                && target.text().equals("command");
    }

    void check() {
        if (commanded(effective)) {
            effective.components().forEach(this::check);
        }
    }

    private void check(String name, Node.Mapping component) {
        boolean deployed =
                component.get("kind") instanceof Node.Scalar kind && DEPLOYED.contains(kind.text());
        if (!deployed) {
            return;
        }
        Node written = component.get("commands");
        if (written == null || written.isNull()) {
            complaints.add(
                    Code.MISSING_KEY,
                    component.mark(),
                    "`%s` is deployed by commands, and has no `commands`".formatted(name),
                    "say at least `commands: {deploy: …}`, or leave it out there: `components: {%s:"
                                    .formatted(name)
                            + " null}`");
        }
        for (String key : OTHERS) {
            Node.Entry entry = component.entries().get(key);
            if (entry != null && !entry.value().isNull() && !isFalse(entry.value())) {
                complaints.add(
                        Code.NOT_YET,
                        entry.key(),
                        "`%s` says nothing of what commands deploy".formatted(key),
                        "write `components: {%s: {%s: null}}` in this environment"
                                .formatted(name, key));
            }
        }
        for (Node.Scalar strategy : Texts.of(component.get("strategy"))) {
            if (!strategy.text().equals("blue-green")) {
                complaints.add(
                        Code.NOT_YET,
                        strategy.mark(),
                        "commands deploy one revision beside another, and nothing in parts",
                        "leave `strategy` out in this environment");
            }
        }
        checkRollback(name, Effective.mapping(component, "commands"));
    }

    private void checkRollback(String name, Node.Mapping commands) {
        boolean preset = commands.get("preset") != null;
        Node.Entry entry = commands.entries().get("deploy");
        if (entry == null && !preset && !commands.entries().isEmpty()) {
            complaints.add(
                    Code.MISSING_KEY,
                    commands.mark(),
                    "the commands of `%s` must have `deploy`, or a `preset`".formatted(name),
                    "add `deploy:`");
        }
        if (entry != null
                && !preset
                && commands.get("remove") == null
                && commands.get("promote") == null) {
            complaints.add(
                    Code.MISSING_KEY,
                    commands.mark(),
                    "`%s` has neither `promote` nor `remove`: a first release that fails could not be"
                                    .formatted(name)
                            + " taken back",
                    "add `remove:`; a command that does nothing, such as `true`, says that nothing is"
                            + " to be done");
        }
    }

    private static boolean isFalse(Node node) {
        return node instanceof Node.Scalar scalar && scalar.text().equals("false");
    }
}
