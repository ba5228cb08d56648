package dev.belay.driver.probe;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.StringNode;

/// The values of one smoke test's run: what was captured, and the variables of its environment. A
/// value comes from the revision under test and may be hostile: it is put in so that it cannot end
/// the place it stands in.
final class SmokeTexts {
    private static final Pattern NAME = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_-]*)}");

    /// Shorter captured values, such as `7`, are no secrets and would blacken half of a report.
    private static final int SECRET_MIN = 8;

    private final SmokeRunner.Setting setting;
    private final Map<String, String> captured = new HashMap<>();

    SmokeTexts(SmokeRunner.Setting setting) {
        this.setting = setting;
    }

    /// Headers that every request shows.
    Map<String, String> shown() {
        return setting.headers();
    }

    void capture(String name, String value) {
        captured.put(name, value);
    }

    /// Hides the given secrets, and captured values, which may be tokens.
    Mask mask() {
        var secrets = new HashSet<>(setting.secrets());
        captured.values().stream().filter(v -> v.length() >= SECRET_MIN).forEach(secrets::add);
        return new Mask(secrets);
    }

    String plain(String exchange, String text) throws SmokeRunner.Broken {
        return filled(exchange, text, UnaryOperator.identity());
    }

    String path(String exchange, String text) throws SmokeRunner.Broken {
        return filled(exchange, text, SmokeTexts::encoded);
    }

    /// In a JSON text a value becomes the inside of a JSON string.
    String body(String exchange, String text) throws SmokeRunner.Broken {
        boolean json = text.stripLeading().startsWith("{") || text.stripLeading().startsWith("[");
        return filled(exchange, text, json ? SmokeTexts::quoted : UnaryOperator.identity());
    }

    private String filled(String exchange, String text, UnaryOperator<String> fit)
            throws SmokeRunner.Broken {
        var result = new StringBuilder();
        Matcher matcher = NAME.matcher(text);
        while (matcher.find()) {
            String name = matcher.group(1);
            String value = captured.getOrDefault(name, setting.environment().get(name));
            if (value == null) {
                throw new SmokeRunner.Broken(
                        exchange, "a value for `" + name + "`", "none was captured", "");
            }
            matcher.appendReplacement(result, Matcher.quoteReplacement(fit.apply(value)));
        }
        return matcher.appendTail(result).toString();
    }

    /// What may not stand in a path or query is percent-encoded; a captured path stays one.
    private static String encoded(String value) {
        var encoded = new StringBuilder();
        value.codePoints()
                .mapToObj(Character::toString)
                .forEach(c ->
                        encoded.append(
                                c.matches("[A-Za-z0-9._~!$&'()*+,;=:@/?-]")
                                        ? c
                                        : URLEncoder.encode(c, StandardCharsets.UTF_8)
                                                .replace("+", "%20")));
        return encoded.toString();
    }

    private static String quoted(String value) {
        String quoted = StringNode.valueOf(value).toString();
        return quoted.substring(1, quoted.length() - 1);
    }
}
