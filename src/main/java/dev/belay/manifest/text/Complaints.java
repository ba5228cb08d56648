package dev.belay.manifest.text;

import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Gathers problems while a manifest is read. The same problem is kept once, however many
/// environments it shows in, and of a hopeless file only the first hundred.
public final class Complaints {
    public static final int MAX = 100;

    private final Set<Problem> problems = new LinkedHashSet<>();

    public void add(Code code, Mark mark, String message, String hint) {
        if (problems.size() < MAX) {
            add(code, mark.place(), message, hint);
        }
    }

    public void add(Code code, Place place, String message, String hint) {
        if (problems.size() < MAX) {
            problems.add(new Problem(code.text(), place, message, hint));
        }
    }

    public boolean isEmpty() {
        return problems.isEmpty();
    }

    public boolean isFull() {
        return problems.size() >= MAX;
    }

    /// In the order of the text, files in the order in which they first have a problem.
    public List<Problem> inOrder() {
        List<String> files = new ArrayList<>();
        for (Problem problem : problems) {
            if (problem.place() instanceof Place.Line(var span, _)
                    && !files.contains(span.file())) {
                files.add(span.file());
            }
        }
        return problems.stream()
                .sorted(
                        Comparator.comparingInt((Problem problem) -> rank(problem, files))
                                .thenComparingInt(Complaints::line)
                                .thenComparingInt(Complaints::column))
                .toList();
    }

    private static int rank(Problem problem, List<String> files) {
        return switch (problem.place()) {
            case Place.Line(var span, _) -> files.indexOf(span.file());
            case Place.Named _ -> files.size();
        };
    }

    private static int line(Problem problem) {
        return problem.place() instanceof Place.Line(var span, _) ? span.line() : 0;
    }

    private static int column(Problem problem) {
        return problem.place() instanceof Place.Line(var span, _) ? span.column() : 0;
    }
}
