package dev.belay.driver.scan;

import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.configuration.Secret;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The values of declared secrets, in the forms that they travel in. Holds them in the clear, and
/// gives none of them away.
final class DeclaredValues implements Detector {
    private static final int SHORTEST = 8;
    private static final int SHORTEST_LINE = 24;
    private static final int ONE_WORD = 16;
    private static final double RANDOM = 3.5;

    private final Map<Integer, List<Form>> forms = new HashMap<>();

    /// @param text a character for each byte
    private record Form(String text, String name) {}

    /// @param values by what they are called, as `` `JWT_SECRET` of `production` ``
    DeclaredValues(Map<String, Secret> values) {
        values.forEach((name, secret) -> secret.use(text -> add(name, text)));
        forms.values()
                .forEach(list ->
                        list.sort(Comparator.comparingInt((Form form) -> -form.text().length())));
    }

    /// What is too short, or an ordinary word, stands everywhere and tells nothing.
    private boolean add(String name, String text) {
        if (text.length() < SHORTEST || isOneWord(text)) {
            return false;
        }
        List<String> lines = text.lines().toList();
        var parts = new ArrayList<>(List.of(text));
        if (lines.size() > 1) {
            lines.stream()
                    .filter(line -> line.length() >= SHORTEST_LINE)
                    .filter(line -> line.indexOf(' ') < 0 && !line.startsWith("-----"))
                    .filter(line -> Letters.entropy(line) >= RANDOM)
                    .forEach(parts::add);
        }
        for (String part : parts) {
            for (String form : Redactor.formsOfOne(part)) {
                byte[] bytes = form.getBytes(StandardCharsets.UTF_8);
                if (bytes.length >= SHORTEST) {
                    String raw = new String(bytes, StandardCharsets.ISO_8859_1);
                    forms.computeIfAbsent(Detector.pair(bytes[0], bytes[1]), _ -> new ArrayList<>())
                            .add(new Form(raw, name));
                }
            }
        }
        return true;
    }

    private static boolean isOneWord(String text) {
        return text.length() < ONE_WORD && text.chars().allMatch(c -> c >= 'a' && c <= 'z');
    }

    @Override
    public int[] triggers() {
        return forms.keySet().stream().mapToInt(pair -> pair).toArray();
    }

    @Override
    public void look(Content content, int at, Finds finds) {
        int pair = Detector.pair(content.at(at), content.at(at + 1));
        for (Form form : forms.getOrDefault(pair, List.of())) {
            if (content.startsWith(form.text(), at)) {
                finds.found(
                        at,
                        SecretScanner.DECLARED,
                        Leak.Kind.DECLARED,
                        "the value of " + form.name());
                return;
            }
        }
    }
}
