package dev.belay.driver.artifact;

import java.util.ArrayList;
import java.util.List;

/// A `.dockerignore`: of the lines that go with a file, or with a folder that it is in, the last
/// one decides.
final class IgnoreFile {
    private static final String ANY = "**";

    private final List<Line> lines;

    private IgnoreFile(List<Line> lines) {
        this.lines = lines;
    }

    /// @param steps of a path, each with `*`, `?` and `[a-z]`; `**` is any number of them
    private record Line(boolean keeps, List<String> steps) {}

    static IgnoreFile read(String text) {
        var lines = new ArrayList<Line>();
        for (String written : text.lines().map(String::strip).toList()) {
            boolean keeps = written.startsWith("!");
            String pattern = keeps ? written.substring(1).strip() : written;
            if (!written.startsWith("#") && !pattern.isEmpty()) {
                List<String> steps = steps(pattern);
                if (!steps.isEmpty()) {
                    lines.add(new Line(keeps, steps));
                }
            }
        }
        return new IgnoreFile(lines);
    }

    private static List<String> steps(String pattern) {
        var steps = new ArrayList<String>();
        for (String step : pattern.split("/", -1)) {
            if (step.equals("..") && !steps.isEmpty()) {
                steps.removeLast();
            } else if (step.length() > ANY.length() && step.startsWith(ANY)) {
                steps.add(ANY);
                steps.add(step.substring(1));
            } else if (!step.isEmpty() && !step.equals(".") && !step.equals("..")) {
                steps.add(step);
            }
        }
        return steps;
    }

    /// @param path relative to the folder that is packed
    /// @param folder whether it is one: it is looked into where a line may keep something in it
    boolean leavesOut(String path, boolean folder) {
        String[] steps = path.split("/", -1);
        boolean out = false;
        for (Line line : lines) {
            if (out == line.keeps() && goes(line.steps(), steps).with()) {
                out = !line.keeps();
            }
        }
        return out
                && !(folder
                        && lines.stream()
                                .filter(Line::keeps)
                                .anyMatch(line -> goes(line.steps(), steps).further()));
    }

    /// @param with the path, or with a folder that it is in
    /// @param further with something that is below the path
    private record Going(boolean with, boolean further) {}

    private static Going goes(List<String> pattern, String[] path) {
        // Which beginnings of the path go with as many steps of the pattern as were looked at.
        boolean[] ends = new boolean[path.length + 1];
        ends[0] = true;
        boolean further = false;
        for (String step : pattern) {
            boolean[] next = new boolean[path.length + 1];
            for (int i = 0; i <= path.length; i++) {
                if (step.equals(ANY)) {
                    next[i] = ends[i] || (i > 0 && next[i - 1]);
                } else {
                    next[i] = i > 0 && ends[i - 1] && isLike(step, path[i - 1]);
                }
            }
            ends = next;
            further |= ends[path.length];
        }
        boolean with = false;
        for (int i = 1; i <= path.length; i++) {
            with |= ends[i];
        }
        return new Going(with, further);
    }

    /// Goes back to the last `*` alone, so that it takes the product of both lengths at most.
    private static boolean isLike(String pattern, String name) {
        int at = 0;
        int star = -1;
        int from = 0;
        int read = 0;
        while (read < name.length()) {
            int next = at < pattern.length() ? one(pattern, at, name.charAt(read)) : -1;
            if (at < pattern.length() && pattern.charAt(at) == '*') {
                star = at++;
                from = read;
            } else if (next > 0) {
                at = next;
                read++;
            } else if (star >= 0) {
                at = star + 1;
                read = ++from;
            } else {
                return false;
            }
        }
        while (at < pattern.length() && pattern.charAt(at) == '*') {
            at++;
        }
        return at == pattern.length();
    }

    /// Where the pattern goes on after that letter; -1 when it does not go with it.
    private static int one(String pattern, int at, char letter) {
        char first = pattern.charAt(at);
        if (first == '\\' && at + 1 < pattern.length()) {
            return pattern.charAt(at + 1) == letter ? at + 2 : -1;
        }
        int close = first == '[' ? pattern.indexOf(']', at + 2) : -1;
        if (close < 0) {
            return first == '?' || first == letter ? at + 1 : -1;
        }
        boolean not = pattern.charAt(at + 1) == '^';
        boolean found = false;
        for (int i = at + (not ? 2 : 1); i < close; i++) {
            if (i + 2 < close && pattern.charAt(i + 1) == '-') {
                found |= letter >= pattern.charAt(i) && letter <= pattern.charAt(i + 2);
                i += 2;
            } else {
                found |= letter == pattern.charAt(i);
            }
        }
        return found == not ? -1 : close + 1;
    }
}
