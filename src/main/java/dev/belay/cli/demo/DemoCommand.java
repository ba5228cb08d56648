package dev.belay.cli.demo;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.command.BelayCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `belay demo`.
@Command(
        description = "Ships a small platform three times under traffic; the third is bad.",
        footer = {
            "",
            "It works in .belay-demo below this folder, and leaves the platform running there.",
            "",
            "Examples:",
            "  belay demo",
            "  belay demo --stop      (stops everything and removes the folder)"
        })
public final class DemoCommand extends BelayCommand {
    @Option(names = "--stop", description = "Stop what the demo left running, and remove it.")
    private boolean stop;

    public DemoCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        var stage = new Stage(context());
        if (!stop) {
            return new Demo(stage).run();
        }
        terminal().print(stage.clear() ? "the demo is gone" : "there is no demo here");
        return ExitCode.DONE;
    }
}
