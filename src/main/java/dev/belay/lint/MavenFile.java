package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a `pom.xml` calls its artifact, and which others it is shipped with, whatever profile says
/// so. Read as text, in one go. Properties are known that stand in it, or in a parent among the
/// platform's files.
final class MavenFile {
    private static final int DEPTH_MAX = 100;
    private static final int VALUE_MAX = 200;
    private static final int PARENTS_MAX = 10;
    private static final String PROPERTIES = "project/properties/";
    private static final Pattern PROPERTY = Pattern.compile("\\$\\{([^}$]{1,100})\\}");
    private static final Set<String> OWN_GROUP =
            Set.of(
                    "${project.groupId}",
                    "${pom.groupId}",
                    "${groupId}",
                    "${project.parent.groupId}");

    private final String text;
    private final Deque<String> path = new ArrayDeque<>();
    private final Map<String, String> own = new TreeMap<>();
    private final Map<String, String> dependency = new TreeMap<>();
    private final List<Needed> needed = new ArrayList<>();
    private int artifactAt;

    private MavenFile(SourceText pom) {
        text = pom.text();
        walk();
    }

    /// Another artifact, and where its name stands.
    private record Needed(String group, String artifact, int offset) {}

    /// Its own name, as `group:artifact`.
    static Optional<String> own(SourceText pom) {
        var file = new MavenFile(pom);
        String artifact = file.own.get("artifactId");
        return artifact == null ? Optional.empty() : Optional.of(file.group() + ":" + artifact);
    }

    static List<Import> of(Known known, SourceText pom) {
        var file = new MavenFile(pom);
        var imports = new ArrayList<Import>();
        for (Needed one : file.needed) {
            String group = OWN_GROUP.contains(one.group()) ? file.group() : one.group();
            String name = file.resolved(known, group) + ":" + file.resolved(known, one.artifact());
            int end = one.offset() + one.artifact().length();
            known.artifactFolder(name)
                    .map(folder ->
                            new Import(name, known.buildIn(folder), folder, one.offset(), end))
                    .ifPresent(imports::add);
        }
        return imports;
    }

    /// With the properties put in that are known.
    private String resolved(Known known, String value) {
        String now = value;
        MavenFile at = this;
        for (int i = 0; i < PARENTS_MAX && now.contains("${"); i++) {
            Map<String, String> mine = at.own;
            now =
                    PROPERTY.matcher(now)
                            .replaceAll(one ->
                                    Matcher.quoteReplacement(
                                            mine.getOrDefault(
                                                    PROPERTIES + one.group(1), one.group())));
            String parent = mine.get("parent/groupId") + ":" + mine.get("parent/artifactId");
            Optional<MavenFile> next =
                    known.artifactFolder(parent)
                            .flatMap(folder -> known.source(FilePath.in(folder, "pom.xml")))
                            .map(MavenFile::new);
            if (next.isEmpty()) {
                break;
            }
            at = next.get();
        }
        return now;
    }

    private String group() {
        return own.getOrDefault("groupId", own.getOrDefault("parent/groupId", ""));
    }

    private void walk() {
        int inner = 0;
        int at = text.indexOf('<');
        while (at >= 0 && path.size() < DEPTH_MAX) {
            boolean comment = text.startsWith("<!--", at);
            int close = text.indexOf(comment ? "-->" : ">", at);
            if (close < 0) {
                return;
            }
            char kind = text.charAt(at + 1);
            if (kind == '/') {
                leave(inner, at);
            } else if (kind != '!' && kind != '?' && text.charAt(close - 1) != '/') {
                path.addLast(name(text.substring(at + 1, Math.min(close, at + VALUE_MAX))));
            }
            inner = close + (comment ? 3 : 1);
            at = text.indexOf('<', inner);
        }
    }

    /// Without its attributes.
    private static String name(String tag) {
        int end = 0;
        while (end < tag.length() && !Character.isWhitespace(tag.charAt(end))) {
            end++;
        }
        return tag.substring(0, end);
    }

    private void leave(int from, int to) {
        String where =
                String.join("/", path).replaceFirst("^project/profiles/profile/", "project/");
        String value = to - from > VALUE_MAX ? "" : text.substring(from, to).strip();
        switch (where) {
            case "project/groupId" -> own.put("groupId", value);
            case "project/artifactId" -> own.put("artifactId", value);
            case "project/parent/groupId" -> own.put("parent/groupId", value);
            case "project/parent/artifactId" -> own.put("parent/artifactId", value);
            case "project/dependencies/dependency/groupId" -> dependency.put("group", value);
            case "project/dependencies/dependency/scope" -> dependency.put("scope", value);
            case "project/dependencies/dependency/artifactId" -> {
                dependency.put("artifact", value);
                artifactAt = text.indexOf(value, from);
            }
            case "project/dependencies/dependency" -> {
                String artifact = dependency.getOrDefault("artifact", "");
                if (!artifact.isEmpty() && !"test".equals(dependency.get("scope"))) {
                    needed.add(
                            new Needed(dependency.getOrDefault("group", ""), artifact, artifactAt));
                }
                dependency.clear();
            }
            default -> {
                if (where.startsWith(PROPERTIES)) {
                    own.putIfAbsent(where, value);
                }
            }
        }
        if (!path.isEmpty()) {
            path.removeLast();
        }
    }
}
