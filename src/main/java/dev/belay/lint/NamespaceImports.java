package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import dev.belay.lint.code.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// What files of Java, Kotlin, Scala and C# name of each other: by an import, or with its package
/// in front. A name says nothing about folders, so it counts only when each file that declares it
/// is somebody else's: one's own, and what is nobody's alone, is meant first.
final class NamespaceImports {
    private static final int PARTS_MAX = 30;

    private final Known known;
    private final SourceText file;
    private final List<Token> tokens;
    private final Namespaces spaces;
    private final boolean dotnet;
    private final Predicate<Import> apart;
    private final List<Import> imports = new ArrayList<>();

    /// @param apart whether something is somebody else's alone
    private NamespaceImports(Known known, SourceText file, Predicate<Import> apart) {
        this.known = known;
        this.file = file;
        this.apart = apart;
        tokens = file.tokens();
        dotnet = file.path().endsWith(".cs");
        spaces = known.namespaces(dotnet);
    }

    static List<Import> of(Known known, SourceText file, Predicate<Import> apart) {
        var all = new NamespaceImports(known, file, apart);
        all.walk();
        return all.imports;
    }

    private void walk() {
        int at = 0;
        while (at < tokens.size()) {
            Token token = tokens.get(at);
            boolean named = token.kind() == Token.Kind.WORD && !isSign(at - 1, '.');
            if (!named) {
                at++;
            } else if (Set.of("package", "namespace").contains(token.text())) {
                at = name(at + 1).next();
            } else if (token.isWord(dotnet ? "using" : "import")) {
                at = statement(at + 1);
            } else {
                at = mentioned(at);
            }
        }
    }

    /// A qualified name, and where it ends.
    private record Name(List<String> parts, int from, int next) {}

    private Name name(int from) {
        var parts = new ArrayList<String>();
        int at = from;
        while (isWord(at) && parts.size() < PARTS_MAX) {
            parts.add(tokens.get(at).text());
            if (!isSign(at + 1, '.')) {
                return new Name(parts, from, at + 1);
            }
            at += 2;
        }
        return new Name(parts, from, Math.max(at, from));
    }

    /// `import a.b.C`, `import static a.b.C.*`, `import a.b.{C, D}`, `using A.B`, `using X =
    /// A.B.C`.
    private int statement(int from) {
        int at = from;
        while (isWord(at) && Set.of("static", "unsafe").contains(tokens.get(at).text())) {
            at++;
        }
        if (dotnet && isWord(at) && isSign(at + 1, '=')) {
            at += 2;
        }
        if (dotnet && isWord(at) && isSign(at + 1, ':') && isSign(at + 2, ':')) {
            at += 3;
        }
        Name name = name(at);
        if (name.parts().isEmpty()) {
            return at;
        }
        if (isSign(name.next(), '{')) {
            return selected(name);
        }
        List<String> parts = name.parts();
        boolean whole = isSign(name.next(), '*') || parts.getLast().equals("_");
        if (parts.getLast().equals("_")) {
            parts.removeLast();
        }
        List<String> declaring = spaces.declaring(parts);
        boolean all = declaring.isEmpty() && (whole || dotnet);
        add(all ? spaces.in(parts) : declaring, name, whole ? name.next() : name.next() - 1);
        return Math.max(name.next(), from);
    }

    /// `import a.b.{C, D => E}` of Scala.
    private int selected(Name name) {
        int at = name.next() + 1;
        while (at < tokens.size() && !isSign(at, '}')) {
            boolean first = isSign(at - 1, '{') || isSign(at - 1, ',');
            if (first && isWord(at) && !tokens.get(at).text().equals("_")) {
                var parts = new ArrayList<>(name.parts());
                parts.add(tokens.get(at).text());
                add(spaces.declaring(parts), new Name(parts, at, at + 1), at);
            } else if (first && (isWord(at) || isSign(at, '*'))) {
                add(spaces.in(name.parts()), new Name(name.parts(), name.from(), at), at);
            }
            at++;
        }
        return at;
    }

    /// `new a.b.C()`.
    private int mentioned(int from) {
        if (!isSign(from + 1, '.')) {
            return from + 1;
        }
        Name name = name(from);
        int shown = name.parts().size();
        List<String> declaring = spaces.declaring(name.parts());
        // What is of a type says nothing about where its name ends.
        while (shown > 2
                && spaces.declaring(name.parts().subList(0, shown - 1)).equals(declaring)) {
            shown--;
        }
        if (shown > 1) {
            List<String> type = name.parts().subList(0, shown);
            add(declaring, new Name(type, from, name.next()), from + 2 * (shown - 1));
        }
        return name.next();
    }

    private void add(List<String> declaring, Name name, int last) {
        if (declaring.isEmpty()) {
            return;
        }
        Token end = tokens.get(Math.min(last, tokens.size() - 1));
        int offset = tokens.get(name.from()).offset();
        String written = String.join(".", name.parts());
        List<Import> all =
                declaring.stream()
                        .map(path -> new Import(written, path, unit(path), offset, end.end()))
                        .toList();
        if (all.stream().allMatch(apart)) {
            imports.add(all.getFirst());
        }
    }

    /// The folder of the build that makes what is named, if it is another one.
    private String unit(String path) {
        Optional<String> own = known.moduleOf(file.path());
        return known.moduleOf(path).filter(other -> !own.equals(Optional.of(other))).orElse("");
    }

    private boolean isWord(int at) {
        return at < tokens.size() && tokens.get(at).kind() == Token.Kind.WORD;
    }

    private boolean isSign(int at, char sign) {
        return at >= 0 && at < tokens.size() && tokens.get(at).isSign(sign);
    }
}
