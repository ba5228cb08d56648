package dev.belay.lint;

import dev.belay.lint.code.Language;
import dev.belay.lint.code.SourceText;
import dev.belay.lint.code.Token;
import dev.belay.manifest.LintRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// SQL of a component that names a table which another one makes, where both have one database.
/// Files of SQL are read, and texts in code that begin like a statement.
final class TableRule {
    private static final Pattern STATEMENT =
            Pattern.compile(
                    "(?is)\\s*(select|insert\\s+into|update|delete\\s+from|with|truncate|alter\\s+table|merge\\s+into)\\s");
    private static final Pattern SETS = Pattern.compile("(?i)\\sset\\s");
    private static final int TEXT_MAX = 100_000;

    private final Map<String, Map<String, List<String>>> shared;
    private final Map<String, Set<Part>> makers = new LinkedHashMap<>();
    private final List<Use> uses = new ArrayList<>();

    /// A rule for these pairs of components.
    ///
    /// @param shared by component and component, the datastores that they have in common
    TableRule(Map<String, Map<String, List<String>>> shared) {
        this.shared = shared;
    }

    /// A table that somebody names.
    ///
    /// @param from where the statement or text begins
    private record Use(Part part, String table, SourceText file, int from) {}

    static boolean isOne(String path) {
        return path.endsWith(".sql") || Language.of(path).isPresent();
    }

    boolean isNeeded() {
        return !shared.isEmpty();
    }

    /// Takes note of one file.
    void look(SourceText file, List<Part> owners) {
        List<Part> sharing =
                owners.stream().filter(owner -> shared.containsKey(owner.name())).toList();
        if (sharing.isEmpty()) {
            return;
        }
        if (file.path().endsWith(".sql")) {
            Tables tables = Tables.of(file.text());
            for (String table : tables.made()) {
                makers.computeIfAbsent(table, _ -> new LinkedHashSet<>()).addAll(sharing);
            }
            for (Tables.Named named : tables.named()) {
                note(sharing, named.table(), file, file.lineStart(named.line()));
            }
            return;
        }
        for (Token token : file.tokens()) {
            boolean text = token.kind() == Token.Kind.TEXT || token.kind() == Token.Kind.FILLED;
            if (text && isStatement(token.text())) {
                String sql = token.text().replaceAll("\\$\\{[^}]*\\}", "\\$1");
                for (Tables.Named named : Tables.of(sql).named()) {
                    note(sharing, named.table(), file, token.offset());
                }
            }
        }
    }

    /// Sentences for people begin with a capital, or do not say what is set.
    private static boolean isStatement(String text) {
        if (text.length() > TEXT_MAX) {
            return false;
        }
        Matcher found = STATEMENT.matcher(text);
        if (!found.lookingAt()) {
            return false;
        }
        String verb = found.group(1);
        boolean sentence =
                !verb.equals(verb.toLowerCase(Locale.ROOT))
                        && !verb.equals(verb.toUpperCase(Locale.ROOT));
        boolean sets = !verb.equalsIgnoreCase("update") || SETS.matcher(text).find();
        return !sentence && sets;
    }

    private void note(List<Part> parts, String table, SourceText file, int from) {
        parts.forEach(part -> uses.add(new Use(part, table, file, from)));
    }

    /// Everything, once all files were looked at.
    List<Finding> findings() {
        Map<String, Finding> findings = new LinkedHashMap<>();
        for (Use use : uses) {
            Set<Part> made = makers.getOrDefault(use.table(), Set.of());
            Map<String, List<String>> others = shared.getOrDefault(use.part().name(), Map.of());
            boolean own = made.stream().anyMatch(part -> !part.isApartFrom(use.part()));
            List<Part> theirs =
                    made.stream().filter(part -> others.containsKey(part.name())).toList();
            if (!own && !theirs.isEmpty()) {
                String other = theirs.getFirst().name();
                Finding finding = finding(use, other, others.getOrDefault(other, List.of()));
                findings.putIfAbsent(finding.place() + use.part().service(), finding);
            }
        }
        return List.copyOf(findings.values());
    }

    private static Finding finding(Use use, String other, List<String> datastores) {
        String own = use.part().name();
        Set<String> about = new TreeSet<>(datastores);
        about.addAll(List.of(own, other));
        String last = use.table().substring(use.table().lastIndexOf('.') + 1);
        Matcher name =
                Pattern.compile(
                                "(?i)(?<![\\p{L}\\p{N}_])"
                                        + Pattern.quote(last)
                                        + "(?![\\p{L}\\p{N}_])")
                        .matcher(use.file().text());
        boolean there = name.find(use.from());
        return new Finding(
                LintRule.SHARED_DATABASE,
                there
                        ? use.file().at(name.start(), name.end())
                        : use.file().at(use.from(), use.from()),
                own,
                about,
                "`%s` names the table `%s`, which `%s` makes".formatted(own, use.table(), other),
                "ask `%s` for what is in it; where it is meant, ".formatted(other)
                        + Finding.allowing(LintRule.SHARED_DATABASE, List.of(own, other)));
    }
}
