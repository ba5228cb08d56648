package dev.belay.schema.migration;

import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.problem.Span;
import dev.belay.schema.migration.Migration.Back;
import dev.belay.schema.migration.Migration.Part;
import dev.belay.schema.script.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads a folder's files by their names:
///
/// | Way | Files |
/// |---|---|
/// | a folder each | `0007_orders/up.sql`, `0007_orders/down.sql` |
/// | golang-migrate | `0007_orders.up.sql`, `0007_orders.down.sql` |
/// | Flyway | `V7__orders.sql`, `U7__orders.sql` |
/// | one file, a line between | `0007_orders.sql` with `-- belay: down`, goose's `-- +goose Down`, sql-migrate's `-- +migrate Down`, dbmate's `-- migrate:down`, MyBatis' `-- //@UNDO` |
final class MigrationFiles {
    private static final Pattern PAIR =
            Pattern.compile("([0-9]+(?:[._][0-9]+)*)[_-](.+?)[./](up|down)\\.sql");
    private static final Pattern FLYWAY =
            Pattern.compile("([VU])([0-9]+(?:[._][0-9]+)*)__(.+)\\.sql");
    private static final Pattern ONE = Pattern.compile("([0-9]+(?:[._][0-9]+)*)[_-](.+)\\.sql");
    private static final Pattern DOWN_LINE =
            Pattern.compile(
                    "(?mi)^[ \\t]*--[ \\t]*(belay:[ \\t]*down|\\+goose down|\\+migrate down"
                            + "|migrate:down|//[ \\t]*@undo)\\b[^\\n]*$");
    private static final Pattern IRREVERSIBLE =
            Pattern.compile(
                    "(?m)^[ \\t]*--[ \\t]*belay:[ \\t]*irreversible[ \\t]*(?:because)?[ \\t:]*(.*)$");

    private final Map<String, String> files;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<MigrationVersion, Draft> drafts = new TreeMap<>();

    /// One that is being put together.
    private static final class Draft {
        final MigrationVersion version;
        final String name;
        @Nullable Part up;
        @Nullable Part down;

        Draft(MigrationVersion version, String name) {
            this.version = version;
            this.name = name;
        }
    }

    MigrationFiles(Map<String, String> files) {
        this.files = new TreeMap<>(files);
    }

    MigrationSet.Read read() {
        files.forEach((path, text) -> {
            if (path.endsWith(".sql")) {
                file(path, text);
            }
        });
        var migrations = new ArrayList<Migration>();
        for (Draft one : drafts.values()) {
            Part up = one.up;
            if (up == null) {
                String down = one.down == null ? "" : one.down.file();
                problem(down, 1, "file-name", "it takes back what no file does", "add its `up`");
            } else {
                migrations.add(new Migration(one.version, one.name, up, back(up, one.down)));
            }
        }
        return new MigrationSet.Read(new MigrationSet(migrations), problems);
    }

    private void file(String path, String text) {
        Matcher pair = PAIR.matcher(path);
        Matcher flyway = FLYWAY.matcher(path);
        Matcher one = ONE.matcher(path);
        if (path.indexOf('/') != path.lastIndexOf('/')) {
            problem(
                    path,
                    1,
                    "file-name",
                    "it lies deeper than a folder of one migration",
                    "move it up as `0007_orders/up.sql`, or out of the folder");
        } else if (pair.matches()) {
            boolean up = pair.group(3).equals("up");
            part(pair.group(1), pair.group(2), up, Part.of(path, 0, text));
        } else if (flyway.matches()) {
            boolean up = flyway.group(1).equals("V");
            part(flyway.group(2), flyway.group(3), up, Part.of(path, 0, text));
        } else if (one.matches() && !path.contains("/")) {
            both(one.group(1), one.group(2), path, text);
        } else {
            problem(
                    path,
                    1,
                    "file-name",
                    "its name does not say when it is its turn",
                    "name it as `0007_orders.up.sql` and `0007_orders.down.sql`");
        }
    }

    private void both(String version, String name, String path, String text) {
        Matcher down = DOWN_LINE.matcher(text);
        if (!down.find()) {
            part(version, name, true, Part.of(path, 0, text));
            return;
        }
        part(version, name, true, Part.of(path, 0, text.substring(0, down.start())));
        int lines = (int) text.substring(0, down.end()).chars().filter(c -> c == '\n').count();
        part(version, name, false, Part.of(path, lines, text.substring(down.end())));
        if (down.find()) {
            int line =
                    1
                            + (int)
                                    text.substring(0, down.start())
                                            .chars()
                                            .filter(c -> c == '\n')
                                            .count();
            problem(path, line, "file-name", "the way back begins twice", "leave one of them");
        }
    }

    private void part(String number, String name, boolean up, Part part) {
        for (Script.Flaw flaw : part.script().flaws()) {
            problem(part.file(), part.line() + flaw.line(), "statement", flaw.what(), flaw.hint());
        }
        if (up && part.script().statements().isEmpty()) {
            problem(part.file(), 1, "statement", "it has no statement", "write one, or delete it");
        }
        var version = new MigrationVersion(number);
        Draft draft = drafts.computeIfAbsent(version, key -> new Draft(key, name));
        Part there = up ? draft.up : draft.down;
        if (there != null || !draft.name.equals(name)) {
            Part other = there == null ? up ? draft.down : draft.up : there;
            problem(
                    part.file(),
                    1,
                    "duplicate-version",
                    "`"
                            + (other == null ? "" : other.file())
                            + "` has version "
                            + version
                            + ", too",
                    "give the later one a higher number");
            return;
        }
        if (up) {
            draft.up = part;
        } else {
            draft.down = part;
        }
    }

    /// An empty way back is none: nobody would notice that it was never written.
    private static Back back(Part up, @Nullable Part down) {
        Matcher irreversible = IRREVERSIBLE.matcher(up.text());
        if (down != null && !down.script().statements().isEmpty()) {
            return new Back.Down(down);
        }
        if (irreversible.find()) {
            return new Back.Irreversible(irreversible.group(1).strip());
        }
        return new Back.Missing();
    }

    private void problem(String path, int line, String what, String message, String hint) {
        List<String> lines = files.getOrDefault(path, "").lines().toList();
        String text = line <= lines.size() ? lines.get(line - 1) : "";
        int end = Math.max(2, text.codePointCount(0, text.length()) + 1);
        var place = new Place.Line(new Span(path, line, 1, end), text);
        problems.add(new Problem("migrations/" + what, place, message, hint));
    }
}
