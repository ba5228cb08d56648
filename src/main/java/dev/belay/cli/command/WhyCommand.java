package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `belay why`.
@Command(
        description = "Says what a release, or an environment, is waiting for, and who can end it.",
        footer = {"", "Examples:", "  belay why local", "  belay why local-17"})
public final class WhyCommand extends BelayCommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "ENV|RELEASE",
            description = "The environment, or one release.")
    private String about = "";

    public WhyCommand(Context context) {
        super(context);
    }

    public WhyCommand(Context context, String about) {
        super(context);
        this.about = about;
    }

    @Override
    protected ExitCode run() {
        String name = EnvironmentName.of(workspace(), about);
        if (ReleaseId.matches(name) && !EnvironmentName.all(workspace()).contains(name)) {
            return show(Http.Request.get(ReleaseId.path(name) + "/why"));
        }
        name = EnvironmentName.encoded(name);
        return show(Http.Request.get("/api/v1/environments/" + name + "/why"));
    }
}
