package dev.belay.problem;

import java.util.Collection;
import java.util.Optional;

/// "Did you mean": the known word that a misspelt one most likely stands for.
public final class Nearest {
    private static final int LENGTH_MAX = 64;

    private Nearest() {}

    /// The nearest word, when it is near enough that a person would call it a slip.
    public static Optional<String> to(String word, Collection<String> known) {
        String nearest = "";
        int best = word.length() > LENGTH_MAX ? 0 : 1 + Math.max(1, word.length() / 3);
        for (String candidate : known) {
            int distance = candidate.length() > LENGTH_MAX ? best : distance(word, candidate);
            if (distance < best) {
                best = distance;
                nearest = candidate;
            }
        }
        return nearest.isEmpty() ? Optional.empty() : Optional.of(nearest);
    }

    /// The words as a hint: "did you mean `x`?", or else all that are allowed.
    public static String hint(String word, Collection<String> known) {
        return to(word, known)
                .map(near -> "did you mean `" + near + "`?")
                .orElse(
                        known.isEmpty()
                                ? ""
                                : "known are "
                                        + String.join(
                                                ", ",
                                                known.stream().map(k -> "`" + k + "`").toList()));
    }

    /// Insertions, deletions, replacements and swaps of neighbours, each counted as one.
    static int distance(String from, String to) {
        int[][] cost = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            cost[i][0] = i;
        }
        for (int j = 0; j <= to.length(); j++) {
            cost[0][j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            for (int j = 1; j <= to.length(); j++) {
                int replace = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                int step = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
                cost[i][j] = Math.min(step, cost[i - 1][j - 1] + replace);
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[from.length()][to.length()];
    }
}
