package dev.belay.contract;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Cases as data: what was promised, what is promised now, and what is different. A file holds
/// several:
///
/// ```
/// ##### a title
/// === before api.yaml
/// === after api.yaml
/// === expect
/// breaking operation-removed | GET /things | api.yaml:3 (before)
/// ```
final class Corpus {
    /// Where a case gives nothing but `thing.yaml`: it is what one operation takes and another one
    /// answers.
    private static final String AROUND =
            """
            openapi: 3.1.0
            info: {title: Things, version: "1"}
            paths:
              /things:
                post:
                  requestBody:
                    required: true
                    content: {application/json: {schema: {$ref: thing.yaml}}}
                  responses: {"204": {description: taken}}
                get:
                  responses:
                    "200":
                      description: good
                      content: {application/json: {schema: {$ref: thing.yaml}}}
            """;

    private Corpus() {}

    record Case(
            String title,
            SortedMap<String, String> before,
            SortedMap<String, String> after,
            List<String> expected) {
        List<Difference> differences() {
            return set(after).since(set(before));
        }

        @Override
        public String toString() {
            return title;
        }
    }

    static List<Case> cases(String file) throws IOException {
        String text;
        try (InputStream in = Corpus.class.getResourceAsStream("/contracts/" + file)) {
            text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
        var cases = new ArrayList<Case>();
        for (String part : text.split("(?m)^##### ", -1)) {
            if (!part.isBlank()) {
                cases.add(one(part));
            }
        }
        return cases;
    }

    private static Case one(String part) {
        String[] sections = part.split("(?m)^=== ", -1);
        var before = new TreeMap<String, String>();
        var after = new TreeMap<String, String>();
        List<String> expected = List.of();
        for (int i = 1; i < sections.length; i++) {
            int end = sections[i].indexOf('\n');
            String[] head = sections[i].substring(0, end).strip().split(" ", -1);
            String body = sections[i].substring(end + 1);
            switch (head[0]) {
                case "before" -> before.put(head[1], body);
                case "after" -> after.put(head[1], body);
                case "both" -> {
                    before.put(head[1], body);
                    after.put(head[1], body);
                }
                default -> expected = body.lines().filter(line -> !line.isBlank()).toList();
            }
        }
        for (var files : List.of(before, after)) {
            if (files.keySet().equals(java.util.Set.of("thing.yaml"))) {
                files.put("api.yaml", AROUND);
            }
        }
        return new Case(sections[0].strip(), before, after, expected);
    }

    static ContractSet set(SortedMap<String, String> files) {
        return switch (read(files)) {
            case Reading.Read(ContractSet set) -> set;
            case Reading.Refused(var problems) -> throw new AssertionError(problems.toString());
        };
    }

    /// The contracts among files: those that nothing else is a part of.
    static Reading read(SortedMap<String, String> files) {
        List<String> paths =
                files.entrySet().stream()
                        .filter(file ->
                                file.getKey().endsWith(".proto")
                                        || file.getValue().contains("openapi:")
                                        || file.getValue().contains("asyncapi:"))
                        .map(file -> file.getKey())
                        .toList();
        return ContractSet.read(
                paths,
                path ->
                        Optional.ofNullable(files.get(path))
                                .map(text -> text.getBytes(StandardCharsets.UTF_8)));
    }

    static String line(Difference one) {
        return "%s %s | %s | %s"
                .formatted(one.weight().word(), one.rule().code(), one.at(), one.spot());
    }
}
