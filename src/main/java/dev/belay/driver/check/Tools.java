package dev.belay.driver.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
    private static final int SECONDS_MAX = 20;

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
        Optional<String> version = version(tool);
        if (version.isEmpty()) {
            return Optional.of(new Missing("`" + tool + "` is not installed", hint));
        }
        if (satisfies(version.get(), range)) {
            return Optional.empty();
        }
        return Optional.of(
                new Missing(
                        "`" + tool + "` is " + version.get() + ", and " + range + " is wanted",
                        hint));
    }

    private static Optional<String> version(String tool) {
        try {
            Process process =
                    new ProcessBuilder(tool, tool.equals("go") ? "version" : "--version")
                            .redirectErrorStream(true)
                            .start();
            process.getOutputStream().close();
            byte[] output = process.getInputStream().readNBytes(OUTPUT_MAX);
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Matcher found = VERSION.matcher(new String(output, StandardCharsets.UTF_8));
            return found.find() ? Optional.of(found.group()) : Optional.empty();
        } catch (IOException notThere) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
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
