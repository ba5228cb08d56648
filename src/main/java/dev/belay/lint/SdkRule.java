package dev.belay.lint;

import dev.belay.lint.code.Language;
import dev.belay.lint.code.SourceText;
import dev.belay.lint.code.Token;
import dev.belay.manifest.Component;
import dev.belay.manifest.LintRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Frontends that say through which package they ask services, and ask one without it: an address
/// of a service in a call of `fetch`, `axios`, `XMLHttpRequest`, `WebSocket` and their like. What
/// an address comes to is known of texts, of constants beside them, and of variables in the
/// manifest; of anything else nothing is said.
final class SdkRule {
    private static final Set<String> CALLS = Set.of("fetch", "axios", "ky", "got", "superagent");
    private static final Set<String> MEMBERS =
            Set.of("get", "post", "put", "delete", "patch", "head", "request", "ajax", "getJSON");
    private static final Set<String> CLIENTS =
            Set.of("axios", "ky", "got", "superagent", "$", "jQuery");
    private static final Set<String> MADE = Set.of("WebSocket", "EventSource");
    private static final Set<String> WINDOWS = Set.of("window", "globalThis", "self");
    private static final Set<String> METHODS =
            Set.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS");
    private static final Pattern FILLING =
            Pattern.compile(
                    "\\$\\{\\s*(?:[A-Za-z_$][\\w$]*\\s*\\??\\.\\s*)*([A-Za-z_$][\\w$]*)\\s*\\}");
    private static final int OPTIONS_MAX = 40;

    private final Known known;
    private final List<Surroundings> everywhere;

    SdkRule(Known known, List<Surroundings> everywhere) {
        this.known = known;
        this.everywhere = everywhere;
    }

    /// Where a call gets its address, and what is called.
    private record Call(String what, int argument) {}

    static boolean isOne(String path) {
        return Language.of(path).filter(Language.SCRIPT::equals).isPresent();
    }

    List<Finding> look(SourceText file, List<Part> owners) {
        var findings = new ArrayList<Finding>();
        for (Part part : owners) {
            List<String> sdk = part.component().declared().sdk();
            if (!sdk.isEmpty()
                    && part.component().kind() instanceof Component.Frontend
                    && !isOfSdk(file.path(), part, sdk)) {
                findings.addAll(look(file, part, sdk));
            }
        }
        return findings;
    }

    /// The package itself may lie in the frontend's folder.
    private boolean isOfSdk(String path, Part part, List<String> sdk) {
        return sdk.stream()
                .flatMap(name ->
                        name.startsWith("./")
                                ? FilePath.resolve(part.component().build().dir(), name).stream()
                                : known.packageFolder(name).stream())
                .anyMatch(folder -> FilePath.isWithin(path, folder));
    }

    private List<Finding> look(SourceText file, Part part, List<String> sdk) {
        List<Token> tokens = file.tokens();
        Map<String, String> constants = constants(tokens);
        var findings = new ArrayList<Finding>();
        for (int i = 0; i < tokens.size(); i++) {
            Optional<Call> call = call(tokens, i);
            if (call.isEmpty() || call.get().argument() >= tokens.size()) {
                continue;
            }
            int argument = call.get().argument();
            Optional<String> service =
                    address(tokens, argument, constants).flatMap(written -> service(written, part));
            if (service.isPresent()) {
                Token at = tokens.get(argument);
                String own = part.name();
                var about = new LinkedHashSet<>(List.of(own, service.get()));
                findings.add(
                        new Finding(
                                LintRule.FRONTEND_BYPASSES_SDK,
                                file.at(at.offset(), at.end()),
                                own,
                                about,
                                "`%s` asks `%s` by `%s`, and not through `%s`"
                                        .formatted(
                                                own,
                                                service.get(),
                                                call.get().what(),
                                                String.join("` or `", sdk)),
                                "call the package; where it is meant, "
                                        + Finding.allowing(
                                                LintRule.FRONTEND_BYPASSES_SDK,
                                                List.copyOf(about))));
            }
        }
        return findings;
    }

    private static Optional<Call> call(List<Token> tokens, int at) {
        Token token = tokens.get(at);
        if (token.kind() != Token.Kind.WORD) {
            return Optional.empty();
        }
        String word = token.text();
        boolean member = sign(tokens, at - 1, '.');
        boolean ofWindow = member && at > 1 && WINDOWS.contains(tokens.get(at - 2).text());
        boolean made = at > 0 && tokens.get(at - 1).isWord("new");
        boolean declared =
                at > 0
                        && (tokens.get(at - 1).isWord("function")
                                || tokens.get(at - 1).isWord("async"));
        if (sign(tokens, at + 1, '(')) {
            if (made && MADE.contains(word)) {
                return Optional.of(new Call(word, at + 2));
            }
            if (CALLS.contains(word) && (!member || ofWindow) && !declared) {
                return Optional.of(new Call(word, options(tokens, at + 2)));
            }
            boolean opened =
                    word.equals("open")
                            && member
                            && at + 4 < tokens.size()
                            && METHODS.contains(tokens.get(at + 2).text())
                            && sign(tokens, at + 3, ',');
            if (opened) {
                return Optional.of(new Call("XMLHttpRequest", at + 4));
            }
            if (word.equals("sendBeacon") && member) {
                return Optional.of(new Call(word, at + 2));
            }
        }
        boolean ofClient =
                CLIENTS.contains(word)
                        && !member
                        && sign(tokens, at + 1, '.')
                        && sign(tokens, at + 3, '(');
        if (ofClient) {
            String called = tokens.get(at + 2).text();
            if (MEMBERS.contains(called) || called.equals("create")) {
                return Optional.of(new Call(word, options(tokens, at + 4)));
            }
        }
        return Optional.empty();
    }

    private static boolean sign(List<Token> tokens, int at, char sign) {
        return at >= 0 && at < tokens.size() && tokens.get(at).isSign(sign);
    }

    /// Where the address stands in `{method: "post", url: …}`.
    private static int options(List<Token> tokens, int at) {
        if (!sign(tokens, at, '{')) {
            return at;
        }
        for (int i = at + 1; i < Math.min(tokens.size() - 2, at + OPTIONS_MAX); i++) {
            boolean key =
                    tokens.get(i).isWord("url")
                            || tokens.get(i).isWord("baseURL")
                            || tokens.get(i).isWord("prefixUrl");
            if (key && sign(tokens, i + 1, ':')) {
                return i + 2;
            }
        }
        return tokens.size();
    }

    private static Map<String, String> constants(List<Token> tokens) {
        var constants = new HashMap<String, String>();
        for (int i = 0; i + 3 < tokens.size(); i++) {
            boolean declares =
                    Set.of("const", "let", "var").contains(tokens.get(i).text())
                            && tokens.get(i + 1).kind() == Token.Kind.WORD
                            && tokens.get(i + 2).isSign('=');
            if (declares && tokens.get(i + 3).isText()) {
                constants.put(tokens.get(i + 1).text(), tokens.get(i + 3).text());
            }
        }
        return constants;
    }

    /// A text, a template, or names and texts that are put together; what is only a name stands in
    /// it as `${name}`.
    private static Optional<String> address(
            List<Token> tokens, int from, Map<String, String> constants) {
        var address = new StringBuilder();
        int at = from;
        while (at < tokens.size()) {
            Token token = tokens.get(at);
            switch (token.kind()) {
                case TEXT, FILLED -> address.append(token.text());
                case WORD -> {
                    if (token.text().equals("new") || Character.isDigit(token.text().charAt(0))) {
                        return Optional.empty();
                    }
                    while (sign(tokens, at + 1, '.') && at + 2 < tokens.size()) {
                        at += 2;
                    }
                    address.append("${").append(tokens.get(at).text()).append('}');
                }
                case SIGN -> {
                    return Optional.empty();
                }
            }
            if (!sign(tokens, at + 1, '+')) {
                break;
            }
            at += 2;
        }
        boolean called = sign(tokens, at + 1, '(');
        if (called || address.isEmpty()) {
            return Optional.empty();
        }
        Matcher filling = FILLING.matcher(address);
        return Optional.of(
                filling.replaceAll(one ->
                        Matcher.quoteReplacement(
                                constants.getOrDefault(one.group(1), "${" + one.group(1) + "}"))));
    }

    private Optional<String> service(String written, Part part) {
        for (Surroundings here : everywhere) {
            Component own = here.view().components().get(part.name());
            if (own == null) {
                continue;
            }
            var services = new Services(here);
            String address = resolved(written, here, own);
            Optional<String> found = Optional.empty();
            if (address.startsWith("/") && !address.startsWith("//")) {
                found = services.below(address);
            } else if (address.startsWith("${")) {
                String rest = address.substring(address.indexOf('}') + 1);
                found = rest.startsWith("/") ? services.below(rest) : found;
            } else {
                // What is put into the path decides nothing.
                found = services.at(address.replaceAll("\\$\\{[^}]*\\}", "_"));
            }
            found = found.filter(name -> !name.equals(part.name()) && !services.isPage(name));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static String resolved(String written, Surroundings here, Component own) {
        Map<String, String> variables = here.variables(own);
        return FILLING.matcher(written)
                .replaceAll(one ->
                        Matcher.quoteReplacement(
                                variables.getOrDefault(one.group(1), "${" + one.group(1) + "}")));
    }
}
