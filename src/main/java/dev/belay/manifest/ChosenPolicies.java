package dev.belay.manifest;

import dev.belay.manifest.shape.Row;
import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import dev.belay.problem.Nearest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeSet;

/// Which policies count in one environment: those that it names, the pack that it is regulated by,
/// and the platform's own that name it.
final class ChosenPolicies {
    private final Effective effective;
    private final Node.Mapping own;

    /// Name to where it is turned on.
    private final SequencedMap<String, Mark> named = new LinkedHashMap<>();

    ChosenPolicies(Effective effective) {
        this.effective = effective;
        this.own = Effective.mapping(effective.root(), "policies");
        Node chosen = effective.own().get("policies");
        for (Node.Scalar name : Texts.of(effective.own().get("regulated"))) {
            named.put(name.text(), name.mark());
        }
        if (chosen instanceof Node.Sequence list) {
            for (Node item : list.items()) {
                Texts.of(item).forEach(name -> named.putIfAbsent(name.text(), name.mark()));
            }
        } else if (chosen instanceof Node.Mapping map) {
            map.entries().forEach((name, entry) -> named.putIfAbsent(name, entry.key()));
        }
    }

    void check(Complaints complaints) {
        var known = new TreeSet<>(PolicyPacks.names());
        known.addAll(own.entries().keySet());
        named.forEach((name, mark) -> {
            if (!known.contains(name)) {
                complaints.add(
                        Code.UNKNOWN_REFERENCE,
                        mark,
                        "there is no policy or pack `" + name + "`",
                        Nearest.hint(name, known));
            }
        });
        if (effective.own().get("policies") instanceof Node.Mapping map) {
            map.entries().forEach((name, entry) -> checkParameters(name, entry, complaints));
        }
        own.entries().forEach((name, entry) -> checkOwn(name, entry, complaints));
    }

    private void checkParameters(String name, Node.Entry entry, Complaints complaints) {
        List<String> known =
                PolicyPacks.find(name)
                        .map(pack -> List.copyOf(pack.parameters().values().keySet()))
                        .orElse(List.of());
        if (!(entry.value() instanceof Node.Mapping map)) {
            return;
        }
        map.entries()
                .forEach((parameter, said) -> {
                    if (!known.contains(parameter) && !parameter.startsWith("x-")) {
                        complaints.add(
                                Code.UNKNOWN_KEY,
                                said.key(),
                                "`" + name + "` is not measured by `" + parameter + "`",
                                known.isEmpty()
                                        ? "leave it out"
                                        : Nearest.hint(parameter, new TreeSet<>(known)));
                    }
                });
    }

    private void checkOwn(String name, Node.Entry entry, Complaints complaints) {
        if (PolicyPacks.names().contains(name)) {
            complaints.add(
                    Code.NAME_TAKEN,
                    entry.key(),
                    "`" + name + "` is a pack that comes with Belay",
                    "give it another name");
        }
        Node.Mapping rule = Effective.mapping(own, name);
        Node.Mapping environments = Effective.mapping(effective.root(), "environments");
        for (Node.Scalar environment : Texts.of(rule.get("environments"))) {
            if (!environments.entries().containsKey(environment.text())) {
                complaints.add(
                        Code.UNKNOWN_REFERENCE,
                        environment.mark(),
                        "there is no environment `" + environment.text() + "`",
                        Nearest.hint(environment.text(), environments.entries().keySet()));
            }
        }
        for (Node.Scalar component : Texts.of(rule.get("components"))) {
            if (!effective.groups().knows(component.text())) {
                effective.groups().unknown(component.mark(), component.text(), complaints);
            }
        }
    }

    /// Of a tree that was found to be in order.
    Policies read() {
        String regulated = new Row(effective.own()).find(PolicySections.REGULATED).orElse("");
        SequencedMap<String, PolicyParameters> said =
                new Row(effective.own()).get(PolicySections.CHOSEN);
        var all = new ArrayList<Policies.InForce>();
        named.forEach((name, mark) ->
                PolicyPacks.find(name)
                        .ifPresent(pack -> pack(pack, mark, said, name.equals(regulated), all)));
        var written = new ArrayList<PolicyRule>();
        new Row(effective.root())
                .get(PolicySections.POLICIES)
                .forEach((name, row) -> {
                    PolicyRule rule = PolicySections.rule("", name, row);
                    written.add(rule);
                    boolean here = row.get(PolicySections.IN).contains(effective.name());
                    Mark mark = named.get(name);
                    if (here || mark != null) {
                        all.add(
                                new Policies.InForce(
                                        rule,
                                        PolicyParameters.NONE,
                                        rule.exceptable(),
                                        mark == null ? rule.at("environments") : mark.place()));
                    }
                });
        return new Policies(regulated, all, written);
    }

    private static void pack(
            PolicyPack pack,
            Mark mark,
            SequencedMap<String, PolicyParameters> said,
            boolean regulated,
            List<Policies.InForce> all) {
        PolicyParameters parameters =
                pack.parameters().with(said.getOrDefault(pack.name(), PolicyParameters.NONE));
        for (PolicyRule rule : pack.rules()) {
            all.add(
                    new Policies.InForce(
                            rule, parameters, rule.exceptable() && !regulated, mark.place()));
        }
    }
}
