package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is wrong with stores of secrets that no single key can be wrong about. Goes on past
/// anything malformed, which the check of its shape has named.
final class SecretCheck {
    private final Effective effective;
    private final Complaints complaints;
    private final Map<String, String> taken = new HashMap<>();

    SecretCheck(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
    }

    void check() {
        Node.Mapping all = Effective.mapping(effective.own(), "secrets");
        all.entries().keySet().forEach(name -> variables(name, Effective.mapping(all, name)));
        all.entries().keySet().forEach(name -> keys(name, Effective.mapping(all, name)));
    }

    private void variables(String name, Node.Mapping source) {
        if (source.get("variables") instanceof Node.Mapping map) {
            map.entries()
                    .forEach((variable, entry) -> {
                        take(name, variable, entry.key());
                        reference(source, variable, entry.value());
                    });
        } else {
            for (Node.Scalar variable : Texts.of(source.get("variables"))) {
                take(name, variable.text(), variable.mark());
                reference(source, variable.text(), variable);
            }
        }
    }

    private void take(String source, String variable, Mark mark) {
        String before = taken.putIfAbsent(variable, source);
        if (before != null) {
            complaints.add(
                    Code.NAME_TAKEN,
                    mark,
                    "`%s` comes from `%s` already".formatted(variable, before),
                    "let one store have it: nobody could tell which value counts");
        }
    }

    private void reference(Node.Mapping source, String variable, Node written) {
        boolean vault = source.get("vault") != null;
        boolean kubernetes = source.get("kubernetes") != null;
        Node path = written instanceof Node.Mapping map ? map.get("path") : null;
        Node version = written instanceof Node.Mapping map ? map.get("version") : null;
        if (path != null && !vault && !kubernetes) {
            complaints.add(
                    Code.WRONG_VALUE,
                    path.mark(),
                    "`" + variable + "` has a `path`, and a file has none",
                    "name the `key` alone");
        }
        if (version != null && !vault) {
            complaints.add(
                    Code.WRONG_VALUE,
                    version.mark(),
                    "`" + variable + "` has a `version`, and only Vault keeps versions",
                    "leave `version` out");
        }
        String key = vault ? "path" : "secret";
        boolean named = Effective.mapping(source, vault ? "vault" : "kubernetes").get(key) != null;
        if ((vault || kubernetes) && path == null && !named) {
            complaints.add(
                    Code.MISSING_KEY,
                    written.mark(),
                    "`%s` names no secret, and neither does its store".formatted(variable),
                    "add `%s:` to the store, or `path:` to the variable".formatted(key));
        }
    }

    /// A store that had its own key would have to be open to be opened.
    private void keys(String name, Node.Mapping source) {
        Node.Mapping auth = Effective.mapping(Effective.mapping(source, "vault"), "auth");
        List<Node.Mapping> credentials =
                List.of(
                        Effective.mapping(auth, "token"),
                        Effective.mapping(Effective.mapping(auth, "approle"), "secret-id"),
                        Effective.mapping(Effective.mapping(source, "sops"), "identity"));
        for (Node.Mapping credential : credentials) {
            for (Node.Scalar variable : Texts.of(credential.get("variable"))) {
                String holder = taken.get(variable.text());
                if (holder != null) {
                    complaints.add(
                            Code.CYCLE,
                            variable.mark(),
                            "`%s` opens `%s`, and comes from `%s`"
                                    .formatted(variable.text(), name, holder),
                            "what opens a store is set beside the control plane, or lies in a file");
                }
            }
        }
    }
}
