package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import dev.belay.problem.Place;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// What is wrong with public values that no single key can be wrong about. Goes on past anything
/// malformed, which the check of its shape has named.
final class PublicCheck {
    /// Of all values together: every page waits for them.
    private static final int LENGTH_MAX = 32 * 1024;

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{[A-Za-z_][A-Za-z0-9_]*}");

    /// What a page has already, and would lose or be led away by.
    private static final Set<String> TAKEN =
            Set.of(
                    ("window self document location top parent opener frames name status event"
                                    + " origin history navigator screen external closed length"
                                    + " localStorage sessionStorage indexedDB caches performance"
                                    + " console crypto fetch alert confirm prompt close stop focus"
                                    + " blur print open postMessage globalThis undefined NaN"
                                    + " Infinity Object Array Function String Number Boolean Symbol"
                                    + " Promise Map Set JSON Math Date Error RegExp Reflect Proxy"
                                    + " URL Blob File Event Node Element Worker WebSocket CSS"
                                    + " eval isNaN parseInt parseFloat setTimeout setInterval"
                                    + " clearTimeout clearInterval constructor toString valueOf"
                                    + " hasOwnProperty __proto__")
                            .split(" "));

    private final Effective effective;
    private final Complaints complaints;
    private final Map<String, String> secret = new HashMap<>();

    PublicCheck(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
    }

    void check() {
        effective
                .components()
                .forEach((name, component) -> {
                    for (Node.Scalar variable :
                            Texts.of(Effective.mapping(component, "env").get("secret"))) {
                        secret.putIfAbsent(variable.text(), name);
                    }
                });
        effective.components().forEach(this::component);
        overrides();
    }

    /// Promoted from where it is baked to where it is not, an artifact would take the values along.
    private void overrides() {
        Node.Mapping all = Effective.mapping(effective.own(), "components");
        for (String name : all.entries().keySet()) {
            Node baked = Effective.mapping(Effective.mapping(all, name), "public").get("baked");
            if (baked != null) {
                complaints.add(
                        Code.WRONG_VALUE,
                        baked.mark(),
                        "whether the values of `%s` are baked in is the same in all environments"
                                .formatted(name),
                        "say it below `components:` at the top");
            }
        }
    }

    private void component(String name, Node.Mapping component) {
        if (!(component.get("public") instanceof Node.Mapping told)) {
            return;
        }
        long length = 0;
        for (var one : Effective.mapping(told, "values").entries().entrySet()) {
            name(one.getKey(), one.getValue());
            for (Node.Scalar value : Texts.of(one.getValue().value())) {
                length += one.getKey().length() + value.text().length();
                value(one.getKey(), value);
            }
        }
        if (length > LENGTH_MAX) {
            complaints.add(
                    Code.WRONG_VALUE,
                    told.mark(),
                    "the public values of `%s` have %d characters".formatted(name, length),
                    "they may have %d: every page waits for them".formatted(LENGTH_MAX));
        }
        for (Node.Scalar global : Texts.of(told.get("global"))) {
            if (TAKEN.contains(global.text())) {
                complaints.add(
                        Code.NAME_TAKEN,
                        global.mark(),
                        "every page has a `" + global.text() + "` already",
                        "choose a name of your own, such as `__ENV`");
            }
        }
        boolean baked =
                Texts.of(told.get("baked")).stream().anyMatch(word -> word.text().equals("true"));
        if (baked) {
            baked(name, component, told);
        } else {
            served(told);
        }
    }

    private void name(String name, Node.Entry entry) {
        String whose = secret.get(name);
        if (whose != null) {
            complaints.add(
                    Code.PUBLIC_SECRET,
                    unseen(entry.key()),
                    "`%s` is secret for `%s`, and everybody can read what is public"
                            .formatted(name, whose),
                    "leave it out here; what visitors need has a name of its own");
        }
        if (name.equals("__proto__")) {
            complaints.add(
                    Code.WRONG_VALUE,
                    entry.key(),
                    "`__proto__` is no value in a script but what the map is made of",
                    "choose another name");
        }
    }

    /// Without its line, in which perhaps the secret stands.
    private static Place unseen(Mark mark) {
        return new Place.Named(
                "%s:%d:%d".formatted(mark.file().name(), mark.line(), mark.column()));
    }

    private void value(String name, Node.Scalar value) {
        if (REFERENCE.matcher(value.text()).find()) {
            complaints.add(
                    Code.PUBLIC_SECRET,
                    value.mark(),
                    "`" + name + "` refers to a variable, and variables may be secret",
                    "write the value out, for each environment below `environments: %s: components:`"
                            .formatted(effective.name()));
        }
    }

    private void served(Node.Mapping told) {
        Node global = told.get("global");
        boolean json =
                Texts.of(told.get("at")).stream()
                        .anyMatch(path -> path.text().endsWith(PublicSections.JSON));
        if (global != null && json) {
            complaints.add(
                    Code.WRONG_VALUE,
                    global.mark(),
                    "JSON sets no `global`",
                    "leave it out, or let `at` end with `.js`");
        }
    }

    /// Which source an artifact is made of must be known: it is all that environments share then.
    private void baked(String name, Node.Mapping component, Node.Mapping told) {
        for (String key : new String[] {"at", "global"}) {
            Node written = told.get(key);
            if (written != null) {
                complaints.add(
                        Code.WRONG_VALUE,
                        written.mark(),
                        "values that are baked in are not served, so they have no `" + key + "`",
                        "leave out one of the two");
            }
        }
        Node.Mapping build = Effective.mapping(component, "build");
        for (String key : new String[] {"run", "inputs"}) {
            if (build.get(key) == null) {
                complaints.add(
                        Code.MISSING_KEY,
                        told.mark(),
                        "the values of `%s` are baked in, and its `build` has no `%s`"
                                .formatted(name, key),
                        key.equals("run")
                                ? "say what writes them into its files"
                                : "say what the build reads, so that each environment's is made of"
                                        + " the same");
            }
        }
    }
}
