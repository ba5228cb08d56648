package dev.belay.cli.command;

import java.util.Map;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// Whether users are kept out while a release is at work, and what they read.
final class KeepOut {
    private static final String UNSAID = "";

    @Option(
            names = "--maintenance",
            paramLabel = "TEXT",
            arity = "0..1",
            fallbackValue = UNSAID,
            preprocessor = OnlyAttached.class,
            description = "Keep users out meanwhile, with a page that says this, or what is usual.")
    private @Nullable String text;

    @Option(
            names = "--lasting",
            paramLabel = "TIME",
            description = "How long maintenance is to take, as `45m`; 30m when it is not said.")
    private String lasting = "";

    /// What follows it with a blank between may be the environment.
    static final class OnlyAttached implements IParameterPreprocessor {
        @Override
        public boolean preprocess(
                Stack<String> arguments,
                CommandSpec command,
                ArgSpec option,
                Map<String, Object> info) {
            if (!"=".equals(info.get("separator"))) {
                arguments.push(UNSAID);
            }
            return false;
        }
    }

    void into(Map<String, Object> body) {
        if (text != null) {
            body.put("maintenance", true);
            body.put("maintenanceText", text);
        }
        if (!lasting.isEmpty()) {
            body.put("maintenanceSeconds", Math.toIntExact(Begin.seconds("--lasting", lasting)));
        }
    }
}
