package dev.belay.manifest.shape;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads when something runs by the clock: five fields, as cron has them. What one cron takes and
/// another does not, names of days and months and `?`, is not taken.
final class Cron {
    static final String TYPE = "five fields of cron, such as `30 2 * * *` or `0 */6 * * 1-5`";

    private static final int LENGTH_MAX = 100;
    private static final Pattern ITEM =
            Pattern.compile("(?:\\*|(\\d{1,2})(?:-(\\d{1,2}))?)(?:/(\\d{1,2}))?");

    private record Field(String name, int low, int high) {}

    private static final List<Field> FIELDS =
            List.of(
                    new Field("minute", 0, 59),
                    new Field("hour", 0, 23),
                    new Field("day of the month", 1, 31),
                    new Field("month", 1, 12),
                    new Field("day of the week", 0, 6));

    private Cron() {}

    static String written(String text) throws Unfit {
        String[] fields = text.strip().split(" +", -1);
        if (text.length() > LENGTH_MAX || fields.length != FIELDS.size()) {
            throw Shapes.unfit("must be " + TYPE + ", not `" + Shapes.brief(text) + "`");
        }
        for (int i = 0; i < fields.length; i++) {
            Field field = FIELDS.get(i);
            for (String item : fields[i].split(",", -1)) {
                if (!fits(item, field)) {
                    throw Shapes.unfit(
                            "must be %s; its %s, from %d to %d, cannot be `%s`"
                                    .formatted(
                                            TYPE,
                                            field.name(),
                                            field.low(),
                                            field.high(),
                                            Shapes.brief(item)));
                }
            }
        }
        return String.join(" ", fields);
    }

    private static boolean fits(String item, Field field) {
        Matcher match = ITEM.matcher(item);
        if (!match.matches()) {
            return false;
        }
        int from = match.group(1) == null ? field.low() : Integer.parseInt(match.group(1));
        int to = match.group(2) == null ? from : Integer.parseInt(match.group(2));
        boolean single = match.group(1) != null && match.group(2) == null;
        boolean steps = match.group(3) != null;
        return field.low() <= from
                && from <= to
                && to <= field.high()
                && !(single && steps)
                && (!steps || Integer.parseInt(match.group(3)) > 0);
    }
}
