package dev.belay.server.text;

import dev.belay.server.operations.SchemaView;
import java.util.List;

/// Where schemas stand, a line for each migration.
public final class SchemaText {
    private final StringBuilder text = new StringBuilder();
    private final Paint paint;

    private SchemaText(boolean colour) {
        paint = new Paint(colour);
    }

    public static String of(List<SchemaView> schemas, boolean colour) {
        var writer = new SchemaText(colour);
        if (schemas.isEmpty()) {
            writer.line("nothing has files of `migrations` in this environment");
        }
        schemas.forEach(writer::write);
        return writer.text.toString();
    }

    private void write(SchemaView schema) {
        line(paint.bold(schema.component()) + "  " + paint.dim("in " + schema.datastore()));
        if (!schema.trouble().isEmpty()) {
            line("  " + paint.bad(Paint.plain(schema.trouble())));
        }
        int width =
                schema.migrations().stream().mapToInt(one -> one.state().length()).max().orElse(0);
        for (SchemaView.Line one : schema.migrations()) {
            String state = one.state() + " ".repeat(width - one.state().length());
            boolean well = one.state().equals("applied") || one.state().equals("pending");
            line(
                    "  "
                            + (well ? paint.dim(state) : paint.bad(state))
                            + "  "
                            + Paint.plain(one.version() + " " + one.name())
                            + (one.oneWay().isEmpty()
                                    ? ""
                                    : "  "
                                            + paint.dim(
                                                    "no way back: " + Paint.plain(one.oneWay()))));
        }
        if (!schema.obstacle().isEmpty()) {
            line("  " + paint.bad(Paint.plain(schema.obstacle())) + "; " + schema.hint());
        }
        for (String index : schema.invalidIndexes()) {
            line(
                    "  "
                            + paint.bad(
                                    "index `"
                                            + Paint.plain(index)
                                            + "` is not valid: no query uses it"));
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
