package dev.belay.cli.command;

import dev.belay.cli.CommandTree;
import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `belay completion`.
@Command(
        description = "Prints a script that completes commands and flags in your shell.",
        footer = {
            "",
            "Examples:",
            "  belay completion bash > ~/.local/share/bash-completion/completions/belay",
            "  source <(belay completion zsh)",
            "  belay completion fish > ~/.config/fish/completions/belay.fish"
        })
public final class CompletionCommand extends BelayCommand {
    /// Shells that we know how to teach; in small letters, as they are typed.
    enum Shell {
        bash,
        zsh,
        fish
    }

    @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.bash;

    public CompletionCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        var all = new CommandTree(context()).all();
        terminal()
                .print(
                        switch (shell) {
                            // picocli's script is bash's, and knows how to behave in zsh.
                            case bash, zsh -> AutoComplete.bash("belay", all);
                            case fish -> FishCompletion.of(all);
                        });
        return ExitCode.DONE;
    }
}
