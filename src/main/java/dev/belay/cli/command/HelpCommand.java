package dev.belay.cli.command;

import dev.belay.cli.CommandTree;
import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `belay help`.
@Command(
        description = "Prints what `--help` prints, of Belay or of one command.",
        footer = {"", "Examples:", "  belay help", "  belay help deploy"})
public final class HelpCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "The command.")
    private String command = "";

    public HelpCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        List<String> words = new ArrayList<>();
        if (!command.isEmpty()) {
            words.add(command);
        }
        if (command.isEmpty() || CommandTree.names().contains(command)) {
            words.add("--help");
        }
        if (json()) {
            words.add("--json");
        }
        // A command that there is not is complained about as when it is typed.
        int code = new CommandTree(context()).run(words.toArray(String[]::new));
        return code == ExitCode.DONE.number() ? ExitCode.DONE : ExitCode.PROBLEM;
    }
}
