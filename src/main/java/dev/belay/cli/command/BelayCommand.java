package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.Terminal;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import dev.belay.cli.client.Workspace;
import dev.belay.cli.live.Attachment;
import dev.belay.manifest.Reading;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/// What every command has. A command is made for one call, runs once, and throws [Stop] to end with
/// a sentence.
public abstract class BelayCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this.")
    @SuppressWarnings("UnusedVariable") // picocli asks it before it asks the command.
    private boolean help;

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    @Option(
            names = "--state",
            paramLabel = "FOLDER",
            description = "Where the state is, if not in .belay beside belay.yaml.")
    private String state = "";

    private final Context context;

    protected BelayCommand(Context context) {
        this.context = context;
    }

    /// For a command that was not read by picocli, but told where the state is.
    protected BelayCommand(Context context, String state) {
        this.context = context;
        this.state = state;
    }

    /// Does what the command is for.
    protected abstract ExitCode run();

    @Override
    public final Integer call() {
        return run().number();
    }

    /// Commands below this one, by the word that follows its own.
    public Map<String, BelayCommand> parts() {
        return Map.of();
    }

    protected final Context context() {
        return context;
    }

    protected final Terminal terminal() {
        return context.terminal();
    }

    public final boolean json() {
        return json;
    }

    protected final Workspace workspace() {
        return Workspace.find(context.folder(), state, context.environment());
    }

    /// The control plane of this workspace, started first when there is none.
    protected final ControlPlane controlPlane() {
        return new Daemons(context, workspace()).controlPlane();
    }

    /// The same for a command that changes what runs: it starts what was stopped, too.
    protected final ControlPlane startedControlPlane() {
        return new Daemons(context, workspace()).start();
    }

    /// Follows releases, and sees to it that somebody carries them on.
    protected final Attachment attachment(ControlPlane server) {
        return new Attachment(terminal(), server, json, new Daemons(context, workspace())::revive);
    }

    /// Asks for text, or for JSON with `--json`, and prints it as it comes.
    protected final ExitCode show(Http.Request request) {
        ControlPlane server = controlPlane();
        terminal().print(server.text(json ? request : asText(request)));
        return ExitCode.DONE;
    }

    /// Tells a release something, and says what came of it.
    protected final ExitCode command(String release, Map<String, Object> body) {
        String path = ReleaseId.path(release);
        ControlPlane server = controlPlane();
        String answer = server.text(Http.Request.post(path + "/commands", Json.of(body)));
        terminal().print(json ? answer : server.text(asText(Http.Request.get(path))));
        return ExitCode.DONE;
    }

    /// Text that is ready for this terminal.
    protected final Http.Request asText(Http.Request request) {
        char separator = request.path().indexOf('?') < 0 ? '?' : '&';
        String path = request.path() + separator + "colour=" + terminal().colour();
        var text =
                new Http.Request(
                        request.method(),
                        path,
                        request.headers(),
                        request.body(),
                        request.silence());
        return text.with("Accept", "text/plain");
    }

    /// What was read, or its problems as this command's end.
    protected static <T> T read(Reading<T> reading) {
        return switch (reading) {
            case Reading.Read<T>(T value) -> value;
            case Reading.Refused<T>(var problems) -> throw Stop.problems(problems);
        };
    }

    /// Something in the arguments that only this command can know to be wrong.
    protected static Stop wrong(String code, String argument, String message, String hint) {
        return Stop.problem(
                new Problem(code, new Place.Named("`" + argument + "`"), message, hint));
    }
}
