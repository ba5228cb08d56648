package dev.belay.driver.check;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether the machine has the programs that a platform asks for, in a version that it asks for.
public final class Tools {
    private static final Pattern VERSION = Pattern.compile("\\d{1,9}(\\.\\d{1,9}){0,3}");
    private static final Pattern RANGE =
            Pattern.compile("(>=|>|<=|<|=|\\^|~)?\\s*(\\d{1,9}(?:\\.\\d{1,9}){0,3})");
    private static final int OUTPUT_MAX = 4096;
    private static final Duration WITHIN = Duration.ofSeconds(20);
    private static final Duration LOOK = Duration.ofMillis(10);

    /// How to get what people ask for most, on Debian and its children.
    private static final Map<String, String> INSTALL =
            Map.of(
                    "node", "sudo apt-get install nodejs",
                    "npm", "sudo apt-get install npm",
                    "pnpm", "sudo npm install --global pnpm",
                    "python3", "sudo apt-get install python3",
                    "go", "sudo apt-get install golang",
                    "cargo", "sudo apt-get install cargo");

    /// What is wrong with one program, and the command that mends it.
    public record Missing(String reason, String hint) {}

    private final Duration within;

    public Tools() {
        this(WITHIN);
    }

    /// @param within a program must have said its version
    Tools(Duration within) {
        this.within = within;
    }

    /// What a program said when it was asked for its version.
    private sealed interface Said {
        record Version(String version) implements Said {}

        record NotThere() implements Said {}

        record Nothing(String why) implements Said {}
    }

    /// Everything that is missing.
    ///
    /// @param wanted program to range, such as `node` to `>=20 <23`
    public List<Missing> missing(Map<String, String> wanted) {
        return new TreeMap<>(wanted)
                .entrySet().stream()
                        .flatMap(tool -> missing(tool.getKey(), tool.getValue()).stream())
                        .toList();
    }

    Optional<Missing> missing(String tool, String range) {
        String hint = "`" + INSTALL.getOrDefault(tool, "sudo apt-get install " + tool) + "`";
        return switch (ask(tool)) {
            case Said.NotThere _ ->
                    Optional.of(new Missing("`" + tool + "` is not installed", hint));
            case Said.Nothing(String why) ->
                    Optional.of(
                            new Missing(
                                    "`" + tool + "` does not say its version: " + why,
                                    "run `" + tool + " " + flag(tool) + "` to see what it does"));
            case Said.Version(String version) ->
                    satisfies(version, range)
                            ? Optional.empty()
                            : Optional.of(
                                    new Missing(
                                            "`%s` is %s, and %s is wanted"
                                                    .formatted(tool, version, range),
                                            hint));
        };
    }

    private static String flag(String tool) {
        return tool.equals("go") ? "version" : "--version";
    }

    private Said ask(String tool) {
        Process process;
        try {
            process = new ProcessBuilder(tool, flag(tool)).redirectErrorStream(true).start();
        } catch (IOException _) {
            return new Said.NotThere();
        }
        try (InputStream out = process.getInputStream()) {
            process.getOutputStream().close();
            return listen(process, out);
        } catch (IOException lost) {
            return new Said.Nothing("its output was lost: " + lost.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Said.Nothing("nobody waits for it any more");
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /// Reads only what is there, and only the beginning: neither one that says nothing nor one that
    /// does not stop keeps us here.
    private Said listen(Process process, InputStream out) throws IOException, InterruptedException {
        var text = new ByteArrayOutputStream();
        long end = System.nanoTime() + within.toNanos();
        boolean ended = false;
        while (!ended && text.size() < OUTPUT_MAX) {
            ended = process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            int there = Math.min(out.available(), OUTPUT_MAX - text.size());
            text.write(out.readNBytes(there));
            if (!ended && System.nanoTime() - end > 0) {
                return new Said.Nothing("it did not end within " + within.toSeconds() + " s");
            }
        }
        Matcher found = VERSION.matcher(text.toString(StandardCharsets.UTF_8));
        return found.find()
                ? new Said.Version(found.group())
                : new Said.Nothing("there is no number in what it answers");
    }

    /// Whether all parts of a range, such as `>=20 <23`, hold.
    static boolean satisfies(String version, String range) {
        Matcher part = RANGE.matcher(range);
        boolean any = false;
        while (part.find()) {
            any = true;
            if (!holds(version, part.group(1) == null ? "=" : part.group(1), part.group(2))) {
                return false;
            }
        }
        return any;
    }

    private static boolean holds(String version, String operator, String wanted) {
        int order = compare(version, wanted, 4);
        int depth = wanted.split("\\.", -1).length;
        return switch (operator) {
            case ">=" -> order >= 0;
            case ">" -> order > 0;
            case "<=" -> compare(version, wanted, depth) <= 0;
            case "<" -> order < 0;
            case "^" -> order >= 0 && compare(version, wanted, 1) == 0;
            case "~" -> order >= 0 && compare(version, wanted, Math.min(2, depth)) == 0;
            default -> compare(version, wanted, depth) == 0;
        };
    }

    /// By the first `depth` numbers; what is not written is 0.
    private static int compare(String one, String other, int depth) {
        String[] left = one.split("\\.", -1);
        String[] right = other.split("\\.", -1);
        for (int i = 0; i < depth; i++) {
            int a = i < left.length ? Integer.parseInt(left[i]) : 0;
            int b = i < right.length ? Integer.parseInt(right[i]) : 0;
            if (a != b) {
                return Integer.compare(a, b);
            }
        }
        return 0;
    }
}
