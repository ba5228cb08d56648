package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay show`.
@Command(
        description =
                "Shows one release: its steps, its plan, its journal, or itself as it goes on.",
        footer = {
            "",
            "Examples:",
            "  belay show local-17",
            "  belay show local-17 --follow      (what `deploy` shows; Ctrl-C detaches)",
            "  belay show local-17 --journal"
        })
public final class ShowCommand extends BelayCommand {
    @Parameters(paramLabel = "RELEASE", description = "Its id.")
    private String release = "";

    @ArgGroup private @Nullable Aspect aspect;

    private static final class Aspect {
        @Option(names = "--plan", description = "The plan that it follows.")
        private boolean plan;

        @Option(names = "--journal", description = "Everything that was written down about it.")
        private boolean journal;

        @Option(
                names = {"-f", "--follow"},
                description = "Stay with it until it ends; the exit code says how it did.")
        private boolean follow;
    }

    public ShowCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String path = ReleaseId.path(release);
        if (aspect == null) {
            return show(Http.Request.get(path));
        }
        if (aspect.follow) {
            return attachment(controlPlane()).follow(List.of(release));
        }
        return show(
                Http.Request.get(
                        path + (aspect.journal ? "/journal" : aspect.plan ? "/plan" : "")));
    }
}
