package dev.belay.manifest.shape;

import static dev.belay.manifest.shape.Shapes.brief;
import static dev.belay.manifest.shape.Shapes.unfit;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Numbers with their unit.
final class Quantities {
    static final String DURATION_TYPE = "a duration, such as `30s`, `1h30m` or `7d`";
    static final String DURATION_PATTERN = "([0-9]{1,9}(ms|s|m|h|d))+";
    static final String BYTES_TYPE = "a size, such as `512MiB`";
    static final String BYTES_PATTERN = "[0-9]{1,9}(B|kB|KiB|MB|MiB|GB|GiB)";

    private static final int LENGTH_MAX = 60;
    private static final Duration LONGEST = Duration.ofDays(3660);
    private static final Pattern DURATION = Pattern.compile(DURATION_PATTERN);
    private static final Pattern PART = Pattern.compile("([0-9]+)(ms|s|m|h|d)");
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,9})(B|kB|KiB|MB|MiB|GB|GiB)");

    private Quantities() {}

    static Duration duration(String text) throws Unfit {
        String predicate = "must be " + DURATION_TYPE + ", not `" + brief(text) + "`";
        if (text.length() > LENGTH_MAX || !DURATION.matcher(text).matches()) {
            throw unfit(predicate);
        }
        Duration sum = Duration.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            long count = Long.parseLong(part.group(1));
            sum =
                    sum.plus(
                            switch (part.group(2)) {
                                case "ms" -> Duration.ofMillis(count);
                                case "s" -> Duration.ofSeconds(count);
                                case "m" -> Duration.ofMinutes(count);
                                case "h" -> Duration.ofHours(count);
                                default -> Duration.ofDays(count);
                            });
            if (sum.compareTo(LONGEST) > 0) {
                throw unfit("must be ten years at most, not `" + brief(text) + "`");
            }
        }
        return sum;
    }

    static long bytes(String text) throws Unfit {
        Matcher matcher = BYTES.matcher(text);
        if (!matcher.matches()) {
            throw unfit("must be " + BYTES_TYPE + ", not `" + brief(text) + "`");
        }
        long count = Long.parseLong(matcher.group(1));
        return count
                * switch (matcher.group(2)) {
                    case "B" -> 1L;
                    case "kB" -> 1000L;
                    case "KiB" -> 1024L;
                    case "MB" -> 1000L * 1000;
                    case "MiB" -> 1024L * 1024;
                    case "GB" -> 1000L * 1000 * 1000;
                    default -> 1024L * 1024 * 1024;
                };
    }

    static int percent(String text) throws Unfit {
        if (!text.matches("[0-9]{1,5}%")) {
            throw unfit("must be a percentage, such as `50%`, not `" + brief(text) + "`");
        }
        return Integer.parseInt(text.substring(0, text.length() - 1));
    }
}
