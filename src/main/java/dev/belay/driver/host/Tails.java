package dev.belay.driver.host;

import dev.belay.driver.WrittenLines;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Chooses among the ends of several logs. Lines bear no times; when a log was written last is all
/// that is known.
final class Tails {
    private final List<Tail> tails = new ArrayList<>();

    /// The end of one log.
    ///
    /// @param wanted whether its instance is one that shall run
    /// @param written when it was written last
    record Tail(boolean wanted, FileTime written, List<WrittenLines.Line> lines) {
        Tail {
            lines = List.copyOf(lines);
        }
    }

    void add(Tail tail) {
        tails.add(tail);
    }

    /// At most so many lines, log after log, who wrote last at the end. Those that shall run share
    /// evenly; of the others, which have nothing new to say, only what there is room for.
    List<WrittenLines.Line> last(int lines) {
        tails.sort(Comparator.comparing(Tail::wanted).thenComparing(Tail::written).reversed());
        int[] taken = new int[tails.size()];
        int left = lines;
        for (boolean more = true; more && left > 0; ) {
            more = false;
            for (int i = 0; i < taken.length && left > 0; i++) {
                if (tails.get(i).wanted() && taken[i] < tails.get(i).lines().size()) {
                    taken[i]++;
                    left--;
                    more = true;
                }
            }
        }
        for (int i = 0; i < taken.length; i++) {
            if (!tails.get(i).wanted()) {
                taken[i] = Math.min(left, tails.get(i).lines().size());
                left -= taken[i];
            }
        }
        List<WrittenLines.Line> chosen = new ArrayList<>();
        for (int i = taken.length - 1; i >= 0; i--) {
            List<WrittenLines.Line> all = tails.get(i).lines();
            chosen.addAll(all.subList(all.size() - taken[i], all.size()));
        }
        return chosen;
    }
}
