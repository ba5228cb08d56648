package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import dev.belay.lint.code.Token;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// The texts of a JSON file, with the keys that lead to them and where these stand. Comments and
/// commas too many, as tools for JavaScript let them be, are let be.
final class JsonWalk {
    private static final int DEPTH_MAX = 100;

    private JsonWalk() {}

    /// A text.
    ///
    /// @param path keys from the root; items of a list have the list's
    /// @param key where its key stands
    record Entry(List<String> path, Token key, Token value) {}

    static List<Entry> of(SourceText file) {
        var entries = new ArrayList<Entry>();
        Deque<Token> keys = new ArrayDeque<>();
        Deque<Integer> depths = new ArrayDeque<>();
        var lexed = new SourceText("a.js", file.text()).tokens();
        int depth = 0;
        for (int i = 0; i < lexed.size(); i++) {
            Token token = lexed.get(i);
            boolean key = token.isText() && i + 1 < lexed.size() && lexed.get(i + 1).isSign(':');
            if (key) {
                while (!depths.isEmpty() && depths.peekLast() >= depth) {
                    depths.removeLast();
                    keys.removeLast();
                }
                keys.addLast(token);
                depths.addLast(depth);
            } else if (token.isText() && !keys.isEmpty()) {
                entries.add(
                        new Entry(keys.stream().map(Token::text).toList(), keys.getLast(), token));
            } else if (token.isSign('{') || token.isSign('[')) {
                depth++;
            } else if (token.isSign('}') || token.isSign(']')) {
                depth--;
                while (!depths.isEmpty() && depths.peekLast() > depth) {
                    depths.removeLast();
                    keys.removeLast();
                }
            }
            if (depth > DEPTH_MAX) {
                return entries;
            }
        }
        return entries;
    }
}
