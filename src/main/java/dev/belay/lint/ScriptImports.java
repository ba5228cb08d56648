package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import dev.belay.lint.code.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What files of JavaScript and TypeScript import, however they write it.
final class ScriptImports {
    private static final int NAMES_MAX = 2_000;

    private final Known known;
    private final SourceText file;
    private final List<Token> tokens;
    private final List<Import> imports = new ArrayList<>();

    private ScriptImports(Known known, SourceText file) {
        this.known = known;
        this.file = file;
        tokens = file.tokens();
    }

    static List<Import> of(Known known, SourceText file) {
        var all = new ScriptImports(known, file);
        for (int i = 0; i < all.tokens.size(); i++) {
            all.look(i);
        }
        return all.imports;
    }

    private void look(int at) {
        Token token = tokens.get(at);
        boolean member = at > 0 && tokens.get(at - 1).isSign('.');
        if (token.kind() != Token.Kind.WORD || member) {
            return;
        }
        switch (token.text()) {
            case "import" -> {
                if (isText(at + 1)) {
                    add(at + 1);
                } else if (isSign(at + 1, '(')) {
                    addIfText(at + 2);
                } else {
                    from(at + 1);
                }
            }
            case "export" -> {
                int next = isWord(at + 1, "type") ? at + 2 : at + 1;
                if (isSign(next, '*') || isSign(next, '{')) {
                    from(next);
                }
            }
            case "require" -> {
                boolean resolves = isSign(at + 1, '.') && isWord(at + 2, "resolve");
                int open = resolves ? at + 3 : at + 1;
                if (isSign(open, '(')) {
                    addIfText(open + 1);
                }
            }
            case "URL" -> {
                boolean here =
                        isSign(at + 1, '(') && isSign(at + 3, ',') && isWord(at + 4, "import");
                if (here) {
                    addIfText(at + 2);
                }
            }
            default -> {}
        }
    }

    /// The text behind the `from` of a clause of names; without one, nothing is imported.
    private void from(int start) {
        int brackets = 0;
        for (int i = start; i < Math.min(tokens.size(), start + NAMES_MAX); i++) {
            Token token = tokens.get(i);
            if (token.isSign('{')) {
                brackets++;
            } else if (token.isSign('}')) {
                brackets--;
            } else if (brackets == 0 && token.isWord("from") && isText(i + 1)) {
                add(i + 1);
                return;
            } else if (brackets == 0 && (endsNames(token) || token.isText())) {
                return;
            }
        }
    }

    private static boolean endsNames(Token token) {
        return token.kind() == Token.Kind.SIGN && !token.isSign(',') && !token.isSign('*');
    }

    private boolean isText(int at) {
        return at < tokens.size() && tokens.get(at).isText();
    }

    private boolean isSign(int at, char sign) {
        return at < tokens.size() && tokens.get(at).isSign(sign);
    }

    private boolean isWord(int at, String word) {
        return at < tokens.size() && tokens.get(at).isWord(word);
    }

    private void addIfText(int at) {
        if (isText(at)) {
            add(at);
        }
    }

    private void add(int at) {
        Token token = tokens.get(at);
        String written = token.text();
        Optional<String> path = path(written);
        if (path.isPresent()) {
            imports.add(Import.file(written, path.get(), token.offset(), token.end()));
        } else if (!written.startsWith(".")) {
            PackageNames.target(known, file.path(), written)
                    .map(folder -> Import.unit(written, folder, token.offset(), token.end()))
                    .ifPresent(imports::add);
        }
    }

    private Optional<String> path(String written) {
        String name = written.replaceFirst("[?#].*", "");
        if (name.equals(".")
                || name.equals("..")
                || name.startsWith("./")
                || name.startsWith("../")) {
            return FilePath.resolve(FilePath.folder(file.path()), name);
        }
        if (name.isEmpty() || name.startsWith("/") || name.contains(":")) {
            return Optional.empty();
        }
        TsPaths paths = known.aliases(file.path());
        return paths.targets(name).stream()
                .filter(known::isThere)
                .findFirst()
                .or(() ->
                        Optional.ofNullable(paths.base())
                                .flatMap(base -> FilePath.resolve(base, name))
                                .filter(known::isThere));
    }
}
