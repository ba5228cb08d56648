package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import java.time.Duration;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `belay gateway hold`.
@Command(
        description = "Lets new requests for components wait, until they are opened again.",
        footer = {
            "",
            "What is under way goes on, and so do releases. Whoever comes over a bound gets 503 and",
            "is told to come back. The hold stays until `belay gateway open`, also over a restart.",
            "",
            "Examples:",
            "  belay gateway hold production web",
            "  belay gateway hold production web api --for 10s --at-most 200",
            "  belay gateway open production"
        })
public final class GatewayHoldCommand extends BelayCommand {
    @Mixin private final Doors doors = new Doors();

    @Option(
            names = "--at-most",
            paramLabel = "N",
            description = "So many requests may wait for each component; 1000.")
    private @Nullable Integer atMost;

    @Option(
            names = "--bytes",
            paramLabel = "SIZE",
            description = "So much of their bodies is kept, such as `4MiB`; 16MiB.")
    private String bytes = "";

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "So long a request may wait, such as `10s` or `2m`; 30s.")
    private String age = "";

    public GatewayHoldCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        var body = new LinkedHashMap<String, Object>();
        if (atMost != null) {
            body.put("atMost", atMost);
        }
        if (!bytes.isEmpty()) {
            body.put(
                    "bytes",
                    Doors.size(bytes)
                            .orElseThrow(() ->
                                    wrong(
                                            "cli/size",
                                            "--bytes " + bytes,
                                            "it is not a size",
                                            "write `512KiB` or `16MiB`")));
        }
        if (!age.isEmpty()) {
            Duration time =
                    Doors.time(age)
                            .orElseThrow(() ->
                                    wrong(
                                            "cli/time",
                                            "--for " + age,
                                            "it is not a time",
                                            "write `30s` or `2m`"));
            body.put("ageMillis", time.toMillis());
        }
        return show(doors.request("hold", body));
    }
}
