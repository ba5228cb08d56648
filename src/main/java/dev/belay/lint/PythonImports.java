package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import dev.belay.lint.code.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What files of Python import: modules below the manifest's folder, and those beside the folder of
/// the importing service.
final class PythonImports {
    private final Known known;
    private final SourceText file;
    private final List<Part> owners;
    private final List<Token> tokens;
    private final List<Import> imports = new ArrayList<>();

    private PythonImports(Known known, SourceText file, List<Part> owners) {
        this.known = known;
        this.file = file;
        this.owners = owners;
        tokens = file.tokens();
    }

    static List<Import> of(Known known, SourceText file, List<Part> owners) {
        var all = new PythonImports(known, file, owners);
        for (int i = 0; i < all.tokens.size(); i++) {
            Token token = all.tokens.get(i);
            boolean begins = token.first() || (i > 0 && all.tokens.get(i - 1).isSign(';'));
            if (begins && token.isWord("import")) {
                all.modules(i + 1);
            } else if (begins && token.isWord("from")) {
                all.from(i + 1);
            } else if (token.isWord("import_module") && i + 2 < all.tokens.size()) {
                all.dynamic(all.tokens.get(i + 2));
            }
        }
        return all.imports;
    }

    private void dynamic(Token name) {
        if (name.isText() && !name.text().startsWith(".")) {
            add(name.text(), absolute(name.text()), name, name);
        }
    }

    /// `import a.b as c, d`.
    private void modules(int start) {
        int at = start;
        while (at < tokens.size() && tokens.get(at).kind() == Token.Kind.WORD) {
            int end = dotted(at);
            String name = text(at, end);
            add(name, absolute(name), tokens.get(at), tokens.get(end - 1));
            if (end + 1 < tokens.size() && tokens.get(end).isWord("as")) {
                end += 2;
            }
            if (end >= tokens.size() || !tokens.get(end).isSign(',')) {
                return;
            }
            at = end + 1;
        }
    }

    /// `from a.b import c`, `from ..b import c`.
    private void from(int start) {
        int at = start;
        int dots = 0;
        while (at < tokens.size() && tokens.get(at).isSign('.')) {
            dots++;
            at++;
        }
        int end = at;
        if (at < tokens.size()
                && tokens.get(at).kind() == Token.Kind.WORD
                && !tokens.get(at).isWord("import")) {
            end = dotted(at);
        }
        if (end == start || end >= tokens.size() || !tokens.get(end).isWord("import")) {
            return;
        }
        String name = text(at, end);
        int behind = end + 1;
        Optional<String> target =
                dots == 0
                        ? absolute(name)
                        : FilePath.resolve(
                                        FilePath.folder(file.path()),
                                        "../".repeat(dots - 1) + name.replace('.', '/'))
                                .map(found -> imported(found, behind));
        if (target.isEmpty() && dots == 0 && isWordAt(behind)) {
            // A folder is a package for whoever names a module in it.
            target = absolute(name + "." + tokens.get(behind).text());
        }
        add(".".repeat(dots) + name, target, tokens.get(start), tokens.get(end - 1));
    }

    /// `from .. import orders` names the folder by what follows.
    private String imported(String folder, int at) {
        String below = isWordAt(at) ? FilePath.in(folder, tokens.get(at).text()) : folder;
        return known.isThere(below) ? below : folder;
    }

    private boolean isWordAt(int at) {
        return at < tokens.size() && tokens.get(at).kind() == Token.Kind.WORD;
    }

    private int dotted(int from) {
        int end = from + 1;
        while (end + 1 < tokens.size()
                && tokens.get(end).isSign('.')
                && tokens.get(end + 1).kind() == Token.Kind.WORD) {
            end += 2;
        }
        return end;
    }

    private String text(int from, int to) {
        var text = new StringBuilder();
        tokens.subList(from, to).forEach(token -> text.append(token.text()));
        return text.toString();
    }

    /// A module of the service's own, or of somebody else's package, comes before one beside it.
    private Optional<String> absolute(String name) {
        String path = name.replace('.', '/');
        String top = path.replaceFirst("/.*", "");
        for (Part owner : owners) {
            String home = owner.home();
            boolean own =
                    FilePath.upwards(file.path())
                            .takeWhile(folder -> FilePath.isWithin(folder, home))
                            .anyMatch(folder -> isModule(FilePath.in(folder, top)));
            if (home.isEmpty() || own || isPublished(home, top)) {
                return Optional.empty();
            }
        }
        var roots = new ArrayList<String>();
        roots.add("");
        owners.forEach(owner -> roots.add(FilePath.folder(owner.home())));
        return roots.stream()
                .distinct()
                .map(root -> FilePath.resolve(root, path))
                .flatMap(Optional::stream)
                .filter(this::isModule)
                .findFirst();
    }

    /// A folder without `__init__.py` can be one, too; but then any folder with the name of
    /// somebody's package would be.
    private boolean isModule(String path) {
        return known.paths().contains(path + ".py")
                || known.paths().contains(FilePath.in(path, "__init__.py"));
    }

    /// Whether the service names a published package that is called the same.
    private boolean isPublished(String home, String name) {
        Pattern named =
                Pattern.compile(
                        "(?im)(^|[\"'])[ \\t]*"
                                + Pattern.quote(name).replace("_", "\\E[_-]\\Q")
                                + "\\b");
        return Stream.of("requirements.txt", "pyproject.toml", "setup.py", "Pipfile")
                .map(file -> FilePath.in(home, file))
                .flatMap(file -> known.source(file).stream())
                .anyMatch(file -> named.matcher(file.text()).find());
    }

    private void add(String written, Optional<String> target, Token first, Token last) {
        Import.file(written, target, first.offset(), last.end()).ifPresent(imports::add);
    }
}
