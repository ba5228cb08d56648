package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import dev.belay.cli.live.Screen;
import dev.belay.cli.top.Rates;
import dev.belay.cli.top.Reading;
import dev.belay.cli.top.TopText;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `belay gateway top`.
@Command(
        description = "Shows the traffic of each revision and instance, as it is now.",
        footer = {
            "",
            "OPEN counts requests under way, and with a `t` open tunnels such as WebSockets.",
            "Ctrl-C ends it.",
            "",
            "Examples:",
            "  belay gateway top",
            "  belay gateway top --once",
            "  belay gateway top --json --every 5"
        })
public final class GatewayTopCommand extends BelayCommand {
    private static final int EVERY_MAX = 3_600;

    @Option(names = "--once", description = "Look for one interval and print what happened in it.")
    private boolean once;

    @Option(
            names = "--every",
            paramLabel = "SECONDS",
            description = "How long an interval is; 1 if not said.")
    private int every = 1;

    public GatewayTopCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if (every < 1 || every > EVERY_MAX) {
            throw wrong(
                    "cli/every", "--every", "an interval has 1 to " + EVERY_MAX + " seconds", "");
        }
        boolean live = terminal().interactive() && !json() && !once;
        ControlPlane server = controlPlane();
        try (Screen screen = live ? new Screen(terminal().out()) : null) {
            watch(server, screen);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return ExitCode.DONE;
    }

    /// Without `--once` Ctrl-C is its end.
    private void watch(ControlPlane server, @Nullable Screen screen) throws InterruptedException {
        Reading before = read(server);
        boolean more = true;
        while (more) {
            Thread.sleep(Duration.ofSeconds(every));
            try {
                Reading after = read(server);
                show(Rates.between(before, after), screen);
                before = after;
            } catch (Stop stop) {
                // A gateway that is exchanged is away for a moment: who watches keeps watching.
                if (screen == null) {
                    throw stop;
                }
                screen.draw(stop.text().lines().toList());
            }
            more = !once;
        }
    }

    private static Reading read(ControlPlane server) {
        String counts = server.text(Http.Request.get("/api/v1/gateway/counts"));
        return Reading.of(counts, System.nanoTime());
    }

    private void show(Rates rates, @Nullable Screen screen) {
        if (json()) {
            terminal().print(Json.of(rates.json()));
            return;
        }
        List<String> lines = TopText.of(rates, terminal().colour());
        if (screen == null) {
            terminal().print(String.join("\n", lines) + "\n" + (once ? "" : "\n"));
        } else {
            screen.draw(lines);
        }
    }
}
