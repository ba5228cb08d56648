package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// `belay restore`.
@Command(
        description = "Puts a backup back: beside the living database, or in its place.",
        footer = {
            "",
            "Without --swap a new database is made of it and compared; the living one is left alone.",
            "With --swap the two then change names, while requests for what uses the datastore are held",
            "and nobody gets into it. What lived before stays, under another name. What was written",
            "since the backup is lost from the living one: say its name with --lose-writes-of, so that",
            "nobody does this by accident.",
            "",
            "Where the name cannot be taken, as on many servers that others manage, --repoint stops writes",
            "instead, until the datastore's address leads to the restored database and that is deployed;",
            "--give-up lets the living one be written again.",
            "",
            "Redis is restored into an empty server, --into redis://HOST:PORT, or with --swap into free",
            "databases of the living one, which then change places with those in use. Of MariaDB all",
            "tables change places in one statement; views and routines stay.",
            "",
            "With --at a backup of that instant is made first, of the log of a PostgreSQL server that is",
            "archived (`archive:` in the manifest), unless there is one.",
            "",
            "Examples:",
            "  belay restore production postgres",
            "  belay restore production postgres --backup 20260131T020000Z-shop-1f3a --into shop_look",
            "  belay restore production postgres --at 2026-01-31T02:16:30+01:00 --into shop_look",
            "  belay restore production postgres --swap --lose-writes-of postgres",
            "  belay restore production postgres --repoint --lose-writes-of postgres",
            "  belay restore production postgres --give-up"
        })
public final class RestoreCommand extends BelayCommand {
    @Parameters(index = "0", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Parameters(index = "1", paramLabel = "DATASTORE", description = "Which.")
    private String datastore = "";

    @Option(
            names = "--backup",
            paramLabel = "NAME",
            description = "Which; the newest that was verified.")
    private String backup = "";

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "The instant that is wanted, with its zone, in place of a backup's.")
    private String at = "";

    @Option(
            names = "--into",
            paramLabel = "DATABASE",
            description =
                    "What the new database is called: a name with the time in it, unless it is said;"
                            + " of Redis the address of an empty server, of SQLite a file.")
    private String into = "";

    @Option(names = "--swap", description = "It takes the living one's place.")
    private boolean swap;

    @Option(
            names = "--repoint",
            description = "The living one is written no more, until its address leads to it.")
    private boolean repoint;

    @Option(names = "--give-up", description = "Ends a --repoint: the living one goes on.")
    private boolean giveUp;

    @Option(
            names = "--lose-writes-of",
            paramLabel = "DATASTORE",
            description = "Agrees that what was written since the backup is not in it.")
    private String agreed = "";

    public RestoreCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String path = "/api/v1/environments/" + EnvironmentName.encoded(environment) + "/restores";
        if (giveUp) {
            if (swap || repoint || !backup.isEmpty() || !into.isEmpty()) {
                throw wrong("cli/one-of", "--give-up", "it goes with nothing else", "");
            }
            return giveUp(path + "/give-up");
        }
        if (swap && repoint) {
            throw wrong("cli/one-of", "--swap --repoint", "it is one or the other", "");
        }
        if ((swap || repoint) && !agreed.equals(datastore)) {
            throw wrong(
                    "cli/loss-not-agreed",
                    swap ? "--swap" : "--repoint",
                    "what was written since the backup will not be in the living database",
                    "agree with `--lose-writes-of " + datastore + "`");
        }
        JsonNode result =
                Narration.follow(
                        terminal(),
                        controlPlane(),
                        Http.Request.post(
                                path,
                                Json.of(
                                        Map.of(
                                                "datastore",
                                                datastore,
                                                "backup",
                                                backup,
                                                "at",
                                                at,
                                                "into",
                                                into,
                                                "swap",
                                                swap,
                                                "repoint",
                                                repoint,
                                                "loseWritesOf",
                                                swap || repoint ? agreed : ""))));
        terminal().print(json() ? result.toString() : text(result));
        return ExitCode.DONE;
    }

    private ExitCode giveUp(String path) {
        JsonNode result =
                Narration.follow(
                        terminal(),
                        controlPlane(),
                        Http.Request.post(path, Json.of(Map.of("datastore", datastore))));
        terminal()
                .print(
                        json()
                                ? result.toString()
                                : "`%s` is written again; `%s` stays beside it"
                                        .formatted(
                                                result.path("living").asString(""),
                                                result.path("restored").asString("")));
        return ExitCode.DONE;
    }

    private String text(JsonNode result) {
        var text = new StringBuilder();
        text.append(
                "`%s` holds what was there at %s, by backup `%s`"
                        .formatted(
                                result.path("database").asString(""),
                                Instant.ofEpochMilli(result.path("instant").asLong(0))
                                        .truncatedTo(ChronoUnit.SECONDS),
                                result.path("backup").asString("")));
        String aside = result.path("aside").asString("");
        if (!aside.isEmpty()) {
            text.append(
                    """

                    not in it: what was written in the %s before writes stopped
                    what lived before is `%s`%s\
                    """
                            .formatted(
                                    words(Duration.ofSeconds(result.path("lostSeconds").asLong(0))),
                                    aside,
                                    repoint ? "; its writes are stopped" : " now"));
        }
        for (JsonNode remark : result.path("remarks")) {
            text.append("\nnote: ").append(remark.asString(""));
        }
        return text.toString();
    }

    private static String words(Duration time) {
        return "%d h %d min %d s"
                .formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart());
    }
}
