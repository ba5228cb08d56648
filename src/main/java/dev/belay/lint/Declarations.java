package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import dev.belay.lint.code.Token;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a file of Java, Kotlin, Scala or C# declares that others can name: by package or namespace,
/// the names that stand in it directly.
final class Declarations {
    private static final Set<String> TYPES =
            Set.of(
                    "class",
                    "interface",
                    "enum",
                    "record",
                    "struct",
                    "object",
                    "trait",
                    "typealias");
    private static final Set<String> MEMBERS = Set.of("fun", "val", "var", "def", "delegate");

    /// What may stand between the kind of a type and its name.
    private static final Set<String> BETWEEN = Set.of("class", "struct", "interface");

    private static final int NAME_MAX = 40;

    private final List<Token> tokens;
    private final Map<String, Set<String>> names = new TreeMap<>();
    private final Deque<Block> blocks = new ArrayDeque<>();
    private int depth;

    private Declarations(SourceText file) {
        tokens = file.tokens();
        blocks.push(new Block("", 0));
        for (int i = 0; i < tokens.size(); i++) {
            step(i);
        }
        if (file.path().endsWith(".kt")) {
            facade(FilePath.name(file.path()));
        }
    }

    /// A package, and at which depth of brackets its declarations stand.
    private record Block(String name, int depth) {}

    static Map<String, Set<String>> of(SourceText file) {
        return new Declarations(file).names;
    }

    private void step(int at) {
        Token token = tokens.get(at);
        if (token.isSign('{')) {
            depth++;
        } else if (token.isSign('}')) {
            depth = Math.max(0, depth - 1);
            while (blocks.size() > 1 && blocks.element().depth() > depth) {
                blocks.pop();
            }
        } else if (token.kind() == Token.Kind.WORD
                && depth == blocks.element().depth()
                && !isSign(at - 1, '.')) {
            declared(at, token.text());
        }
    }

    private void declared(int at, String word) {
        if (word.equals("package") || word.equals("namespace")) {
            enter(at + 1);
        } else if (TYPES.contains(word)) {
            int name = at + 1;
            while (isWord(name) && BETWEEN.contains(tokens.get(name).text())) {
                name++;
            }
            if (isWord(name)) {
                add(tokens.get(name).text());
            }
        } else if (MEMBERS.contains(word)) {
            member(at + 1);
        }
    }

    /// A package's name, or one more part of it. One with brackets ends with them.
    private void enter(int from) {
        int at = isWord(from) && tokens.get(from).text().equals("object") ? from + 1 : from;
        var name = new StringBuilder(blocks.element().name());
        while (isWord(at)) {
            name.append(name.isEmpty() ? "" : ".").append(tokens.get(at).text());
            at = isSign(at + 1, '.') ? at + 2 : at + 1;
            if (!isSign(at - 1, '.')) {
                break;
            }
        }
        if (isSign(at, '{')) {
            blocks.push(new Block(name.toString(), depth + 1));
        } else {
            blocks.pop();
            blocks.push(new Block(name.toString(), depth));
        }
        names.computeIfAbsent(name.toString(), _ -> new TreeSet<>());
    }

    /// The name before the parameters, the type or the value: of `fun <T> List<T>.second()` that is
    /// `second`.
    private void member(int from) {
        int angles = 0;
        String name = "";
        for (int at = from; at < Math.min(tokens.size(), from + NAME_MAX); at++) {
            Token token = tokens.get(at);
            if (token.isSign('<')) {
                angles++;
            } else if (token.isSign('>')) {
                angles--;
            } else if (angles == 0 && token.kind() == Token.Kind.WORD) {
                if (token.text().equals("by")) {
                    break;
                }
                name = token.text();
            } else if (angles == 0 && !token.isSign('.') && !token.isSign('?')) {
                break;
            }
        }
        if (!name.isEmpty()) {
            add(name);
        }
    }

    /// What Java calls the functions of a Kotlin file.
    private void facade(String file) {
        String stem = file.substring(0, file.lastIndexOf('.'));
        if (!stem.isEmpty()) {
            add(Character.toUpperCase(stem.charAt(0)) + stem.substring(1) + "Kt");
        }
    }

    private void add(String name) {
        names.computeIfAbsent(blocks.element().name(), _ -> new TreeSet<>()).add(name);
    }

    private boolean isWord(int at) {
        return at < tokens.size() && tokens.get(at).kind() == Token.Kind.WORD;
    }

    private boolean isSign(int at, char sign) {
        return at >= 0 && at < tokens.size() && tokens.get(at).isSign(sign);
    }
}
