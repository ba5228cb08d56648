package dev.belay.schema;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Two checks that differ in their constants alone: which of them takes more. Where the texts
/// differ otherwise nothing is known.
final class Bounds {
    private static final Pattern LIST = Pattern.compile("ARRAY\\[([^\\]]*)\\]");
    private static final Pattern BOUND =
            Pattern.compile("(<=|>=|<|>) \\(?'?(-?[0-9]+(?:\\.[0-9]+)?)'?\\)?");
    private static final Pattern CAST = Pattern.compile("::[a-z]+( [a-z]+)*(\\[\\])?");

    private Bounds() {}

    /// Whether `after` takes everything that `before` took.
    static boolean isLooser(String before, String after) {
        String was = normal(before);
        String is = normal(after);
        if (was.contains(" OR ") || was.contains("NOT ") || is.contains("NOT ")) {
            return was.equals(is);
        }
        return listed(was, is) || bounded(was, is);
    }

    private static String normal(String check) {
        return CAST.matcher(check.replace(" NOT VALID", "")).replaceAll("");
    }

    private static boolean listed(String was, String is) {
        if (!LIST.matcher(was).replaceAll("").equals(LIST.matcher(is).replaceAll(""))) {
            return false;
        }
        List<Set<String>> less = lists(was);
        List<Set<String>> more = lists(is);
        if (less.isEmpty() || less.size() != more.size() || was.contains("<> ALL")) {
            return false;
        }
        for (int i = 0; i < less.size(); i++) {
            if (!more.get(i).containsAll(less.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static List<Set<String>> lists(String check) {
        return LIST.matcher(check)
                .results()
                .map(found -> Set.of(distinct(found.group(1))))
                .collect(Collectors.toList());
    }

    private static String[] distinct(String elements) {
        return Pattern.compile(", ?").splitAsStream(elements).distinct().toArray(String[]::new);
    }

    private static boolean bounded(String was, String is) {
        if (!BOUND.matcher(was).replaceAll("$1 n").equals(BOUND.matcher(is).replaceAll("$1 n"))) {
            return false;
        }
        var less = new ArrayList<>(BOUND.matcher(was).results().toList());
        var more = new ArrayList<>(BOUND.matcher(is).results().toList());
        for (int i = 0; i < less.size(); i++) {
            if (!isLooser(less.get(i), more.get(i))) {
                return false;
            }
        }
        return !less.isEmpty();
    }

    private static boolean isLooser(MatchResult was, MatchResult is) {
        int order = new BigDecimal(is.group(2)).compareTo(new BigDecimal(was.group(2)));
        return was.group(1).startsWith("<") ? order >= 0 : order <= 0;
    }
}
