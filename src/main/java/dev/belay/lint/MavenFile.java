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

/// What a `pom.xml` calls its artifact, and which others it is shipped with. Read as text, in one
/// go: what stands in another file, in a parent's properties or in a profile, is not known.
final class MavenFile {
    private static final int DEPTH_MAX = 100;
    private static final int VALUE_MAX = 200;
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
            String name = group + ":" + one.artifact();
            int end = one.offset() + one.artifact().length();
            known.artifactFolder(name)
                    .map(folder -> Import.unit(name, folder, one.offset(), end))
                    .ifPresent(imports::add);
        }
        return imports;
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
        String where = String.join("/", path);
        String value = to - from > VALUE_MAX ? "" : text.substring(from, to).strip();
        switch (where) {
            case "project/groupId" -> own.put("groupId", value);
            case "project/artifactId" -> own.put("artifactId", value);
            case "project/parent/groupId" -> own.put("parent/groupId", value);
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
            default -> {}
        }
        if (!path.isEmpty()) {
            path.removeLast();
        }
    }
}
