package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `belay gateway maintenance`.
@Command(
        description = "Answers new requests for components with a page that says: later.",
        footer = {
            "",
            "They get 503 and `Retry-After`: people a page, programs JSON or text. What is under way",
            "goes on, WebSockets too, and so do releases. It stays until `belay gateway open`, also",
            "over a restart.",
            "",
            "Examples:",
            "  belay gateway maintenance production",
            "  belay gateway maintenance production web --page sorry.html --retry-after 2h",
            "  belay gateway maintenance production --allow 203.0.113.0/24",
            "  belay gateway open production"
        })
public final class GatewayMaintenanceCommand extends BelayCommand {
    /// The control plane says how many are taken; here the file must only not be endless.
    private static final long PAGE_BYTES_MAX = 200_000;

    @Mixin private final Doors doors = new Doors();

    @Option(
            names = "--page",
            paramLabel = "FILE",
            description = "HTML for people, instead of our own: one file that loads no other.")
    private String page = "";

    @Option(
            names = "--retry-after",
            paramLabel = "TIME",
            description = "When to come back, such as `10m` or `2h`; 10m.")
    private String retryAfter = "";

    @Option(
            names = "--allow",
            paramLabel = "NETWORK",
            description = "Clients for whom it is open, such as `203.0.113.0/24`.")
    private List<String> allow = new ArrayList<>();

    public GatewayMaintenanceCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        var body = new LinkedHashMap<String, Object>();
        if (!page.isEmpty()) {
            body.put("page", content());
        }
        if (!retryAfter.isEmpty()) {
            Duration time =
                    Doors.time(retryAfter)
                            .orElseThrow(() ->
                                    wrong(
                                            "cli/time",
                                            "--retry-after " + retryAfter,
                                            "it is not a time",
                                            "write `10m` or `2h`"));
            body.put("retryAfterSeconds", time.toSeconds());
        }
        body.put("allow", allow);
        return show(doors.request("maintenance", body));
    }

    private String content() {
        Path file = context().folder().resolve(page);
        try {
            if (Files.size(file) > PAGE_BYTES_MAX) {
                throw unusable("it is larger than " + PAGE_BYTES_MAX + " bytes");
            }
            return Files.readString(file);
        } catch (CharacterCodingException _) {
            throw unusable("it is not written in UTF-8");
        } catch (IOException e) {
            throw unusable("it cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private Stop unusable(String why) {
        return wrong("cli/page", "--page " + page, why, "name a small file of HTML");
    }
}
