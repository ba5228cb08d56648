package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import dev.belay.lint.code.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What files of Go import, and what a module takes from a folder beside it.
final class GoImports {
    private static final Pattern REPLACED =
            Pattern.compile(
                    "(?m)^(?:replace[ \\t]+|[ \\t]+)[^\\s/][^\\s]{0,300}(?:[ \\t]+v[^\\s]{1,100})?"
                            + "[ \\t]+=>[ \\t]+(\\.{1,2}/[^\\s]{1,300})");

    private GoImports() {}

    static List<Import> of(Known known, SourceText file) {
        var imports = new ArrayList<Import>();
        List<Token> tokens = file.tokens();
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i).first() && tokens.get(i).isWord("import")) {
                boolean block = i + 1 < tokens.size() && tokens.get(i + 1).isSign('(');
                int at = block ? i + 2 : i + 1;
                int end = block ? tokens.size() : Math.min(tokens.size(), at + 2);
                while (at < end && !tokens.get(at).isSign(')')) {
                    Token token = tokens.get(at);
                    if (token.isText()) {
                        add(known, token, imports);
                    }
                    at++;
                }
            }
        }
        return imports;
    }

    private static void add(Known known, Token token, List<Import> imports) {
        known.goPackage(token.text())
                .ifPresent(found ->
                        imports.add(
                                new Import(
                                        token.text(),
                                        found.folder(),
                                        found.module(),
                                        token.offset(),
                                        token.end())));
    }

    /// The folders that a `go.mod` puts in other modules' places.
    static List<Import> replaced(SourceText file) {
        var imports = new ArrayList<Import>();
        Matcher found = REPLACED.matcher(file.text());
        while (found.find()) {
            FilePath.resolve(FilePath.folder(file.path()), found.group(1))
                    .ifPresent(folder ->
                            imports.add(
                                    Import.unit(
                                            found.group(1), folder, found.start(1), found.end(1))));
        }
        return imports;
    }
}
