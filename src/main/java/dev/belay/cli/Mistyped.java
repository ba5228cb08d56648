package dev.belay.cli;

import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.MutuallyExclusiveArgsException;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// What picocli found wrong with the arguments, as a problem like any other.
final class Mistyped {
    private Mistyped() {}

    static Problem problem(ParameterException e) {
        CommandLine line = e.getCommandLine();
        String command = line.getCommandSpec().qualifiedName();
        String help = "`" + command + " --help` says what there is";
        if (e instanceof UnmatchedArgumentException unmatched) {
            String argument = unmatched.getUnmatched().getFirst();
            return new Problem(
                    unknownCode(unmatched, line),
                    new Place.Named("`" + command + "`"),
                    (unmatched.isUnknownOption()
                                    ? "there is no flag"
                                    : line.getSubcommands().isEmpty()
                                            ? "there is nothing to do with"
                                            : "there is no command")
                            + " `"
                            + argument
                            + "`",
                    meant(unmatched.getSuggestions(), help));
        }
        String code =
                switch (e) {
                    case MissingParameterException _ -> "cli/missing-argument";
                    case MutuallyExclusiveArgsException _ -> "cli/one-of";
                    case OverwrittenOptionException _ -> "cli/given-twice";
                    default -> "cli/wrong-argument";
                };
        return new Problem(
                code,
                new Place.Named("`" + command + "`"),
                sentence(String.valueOf(e.getMessage())),
                help);
    }

    private static String unknownCode(UnmatchedArgumentException e, CommandLine line) {
        if (e.isUnknownOption()) {
            return "cli/unknown-flag";
        }
        return line.getSubcommands().isEmpty() ? "cli/unknown-argument" : "cli/unknown-command";
    }

    private static String meant(List<String> suggestions, String help) {
        if (suggestions.isEmpty()) {
            return help;
        }
        // picocli repeats the way there: `belay status` for `status`.
        String first = suggestions.getFirst();
        return "did you mean `" + first.substring(first.lastIndexOf(' ') + 1) + "`?";
    }

    private static String sentence(String message) {
        String text = message.replace('\'', '`').replace("<", "").replace(">", "");
        return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }
}
