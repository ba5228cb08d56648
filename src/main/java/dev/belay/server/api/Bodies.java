package dev.belay.server.api;

import dev.belay.execution.Command;
import dev.belay.journal.Fact;
import dev.belay.release.Actor;
import dev.belay.release.Maintenance;
import dev.belay.schema.migration.EarlierTool;
import dev.belay.server.operations.Adopting;
import dev.belay.server.operations.Restoring;
import dev.belay.server.operations.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What may be asked for in a request's body, each read field by field.
final class Bodies {
    private static final String REASON =
            "say it with `--reason` (`--why` of `belay plan`): it stays with the release";

    private static final Map<String, Fact.Cancel> CANCELS =
            Map.of(
                    "stop", Fact.Cancel.STOP,
                    "roll-back", Fact.Cancel.ROLL_BACK,
                    "leave", Fact.Cancel.LEAVE);
    private static final Map<String, Fact.Decision> DECISIONS =
            Map.of(
                    "retry", Fact.Decision.RETRY,
                    "mark-done", Fact.Decision.MARK_DONE,
                    "mark-not-done", Fact.Decision.MARK_NOT_DONE,
                    "roll-back", Fact.Decision.ROLL_BACK,
                    "adopt", Fact.Decision.ADOPT,
                    "write-off", Fact.Decision.WRITE_OFF);

    private static final Map<String, EarlierTool> TOOLS =
            Map.of(
                    EarlierTool.FLYWAY.word(), EarlierTool.FLYWAY,
                    EarlierTool.GOLANG_MIGRATE.word(), EarlierTool.GOLANG_MIGRATE);

    private Bodies() {}

    /// @param environment `""` for all of them
    record Check(String environment, List<String> set) {
        static Check read(Fields fields) {
            return new Check(fields.text("environment"), fields.texts("set"));
        }
    }

    static Wish plan(Fields fields) {
        return wanted(fields, "why");
    }

    /// @param plan the digest that was agreed to, or `""`
    /// @param at when it is to begin; null for now
    /// @param within how many seconds later it may; 0 for the usual
    record Deploy(
            Wish wish,
            String plan,
            String requestKey,
            boolean supersede,
            @Nullable Instant at,
            int within) {
        static Deploy read(Fields fields) {
            return new Deploy(
                    wanted(fields, "reason"),
                    fields.text("plan"),
                    fields.key("requestKey"),
                    fields.flag("supersede"),
                    fields.instant("at"),
                    fields.number("withinSeconds"));
        }
    }

    /// @param at when it is to begin; null for now
    record Schedule(@Nullable Instant at, int within, String reason) {
        static Schedule read(Fields fields) {
            boolean now = fields.flag("now");
            Instant at = fields.instant("at");
            if (now == (at != null)) {
                fields.wrong(
                        "request/one-of",
                        "at",
                        "it begins at a time, or now",
                        "say one of `at` and `now`");
            }
            if (fields.text("reason").isBlank()) {
                fields.wrong(
                        "request/missing-field",
                        "reason",
                        "somebody waits for it at the time that was said",
                        "say why it is another one");
            }
            return new Schedule(at, fields.number("withinSeconds"), fields.text("reason"));
        }
    }

    /// @param to a release: back to how it was when that had ended; empty for what soaked last
    /// @param schema whether schemas go back with what runs on them; not without a reason
    record RollBack(
            String environment,
            List<String> components,
            boolean schema,
            String to,
            String reason,
            String requestKey) {
        static RollBack read(Fields fields) {
            boolean schema = fields.flag("schema");
            if (schema && fields.text("reason").isBlank()) {
                fields.wrong(
                        "request/missing-field",
                        "reason",
                        "what only the newer schema holds is lost, and nobody says why",
                        "say why");
            }
            return new RollBack(
                    fields.required("environment"),
                    fields.texts("components"),
                    schema,
                    fields.text("to"),
                    fields.text("reason"),
                    fields.key("requestKey"));
        }
    }

    /// @param hold whether nothing is to be promoted unasked any more, else it may go on
    record Steering(boolean hold, String reason) {
        static Steering read(Fields fields) {
            return new Steering(fields.flag("hold"), fields.text("reason"));
        }
    }

    /// @param wipe whether the data goes too
    record Down(boolean wipe) {
        static Down read(Fields fields) {
            return new Down(fields.flag("wipe"));
        }
    }

    /// @param backup its name, or `""` for the newest that was verified
    record OfBackup(String datastore, String backup) {
        static OfBackup read(Fields fields) {
            return new OfBackup(fields.text("datastore"), fields.text("backup"));
        }
    }

    /// @param at the instant that it is wanted of, or null for now
    record NewBackup(String datastore, @Nullable Instant at) {
        static NewBackup read(Fields fields) {
            return new NewBackup(fields.text("datastore"), fields.instant("at"));
        }
    }

    record Restore(Restoring.Wish wish) {
        /// What loses writes is agreed to by the datastore's name.
        private static Restoring.Place agreed(Fields fields) {
            boolean swap = fields.flag("swap");
            boolean repoint = fields.flag("repoint");
            if (swap && repoint) {
                fields.wrong(
                        "request/one-of",
                        "repoint",
                        "a database takes the living one's name, or its address is re-pointed",
                        "say one of `swap` and `repoint`");
            }
            boolean loses = swap || repoint;
            if (!fields.text("loseWritesOf").equals(loses ? fields.text("datastore") : "")) {
                fields.wrong(
                        "request/loss-not-agreed",
                        "loseWritesOf",
                        "what was written since the backup will not be in the living database",
                        "agree with the datastore's name");
            }
            return swap
                    ? Restoring.Place.SWAP
                    : repoint ? Restoring.Place.REPOINT : Restoring.Place.BESIDE;
        }

        static Restore read(Fields fields) {
            return new Restore(
                    new Restoring.Wish(
                            fields.text("datastore"),
                            fields.text("backup"),
                            fields.text("into"),
                            agreed(fields),
                            at(fields)));
        }

        private static @Nullable Instant at(Fields fields) {
            Instant at = fields.instant("at");
            if (at != null && !fields.text("backup").isEmpty()) {
                fields.wrong(
                        "request/two-instants",
                        "at",
                        "a backup is of an instant of its own",
                        "leave one of `at` and `backup` out");
            }
            return at;
        }
    }

    /// One of `to` and `from` must be there: nobody guesses where a schema is.
    static Adopting.Wish adoption(Fields fields, Actor actor) {
        String to = fields.text("to");
        EarlierTool from =
                Objects.requireNonNullElse(
                        fields.choice("from", TOOLS, EarlierTool.NONE), EarlierTool.NONE);
        if (to.isBlank() && from == EarlierTool.NONE) {
            fields.wrong(
                    "request/missing-field",
                    "to",
                    "it is missing",
                    "say the last version that is applied, or `from` whose history to read it");
        }
        return new Adopting.Wish(
                fields.required("component"),
                to.strip(),
                from,
                fields.flag("dryRun"),
                fields.texts("shown"),
                actor);
    }

    static Command command(Fields fields) {
        String reason = fields.text("reason");
        @Nullable String command =
                fields.choice(
                        "command",
                        Map.of(
                                "pause", "pause",
                                "resume", "resume",
                                "cancel", "cancel",
                                "decide", "decide"),
                        null);
        return switch (Objects.requireNonNullElse(command, "")) {
            case "resume" -> new Command.Resume(reason);
            case "cancel" ->
                    new Command.Cancel(
                            Objects.requireNonNullElse(
                                    fields.choice("mode", CANCELS, null), Fact.Cancel.STOP),
                            reason);
            case "decide" -> decide(fields, reason);
            // Also where the word was wrong: then the problem is already noted.
            default -> new Command.Pause(reason);
        };
    }

    /// Of somebody who consents, or objects.
    static Command approval(Fields fields) {
        String reason = fields.text("reason");
        if (fields.flag("object")) {
            return new Command.Objection(reason);
        }
        return new Command.Approve(fields.required("plan"), reason);
    }

    static Command checkOff(Fields fields) {
        return new Command.CheckOff(fields.required("point"), fields.text("reason"));
    }

    private static Command decide(Fields fields, String reason) {
        if (reason.isBlank()) {
            fields.wrong(
                    "request/missing-field",
                    "reason",
                    "a decision needs a reason",
                    "say what you saw: it stays with the release");
        }
        return new Command.Decide(
                Objects.requireNonNullElse(
                        fields.choice("decision", DECISIONS, null), Fact.Decision.RETRY),
                fields.number("step"),
                reason);
    }

    private static Wish wanted(Fields fields, String why) {
        boolean oneWay = fields.flag("acceptNoWayBack");
        if (oneWay && fields.text(why).isBlank()) {
            fields.wrong(
                    "request/missing-field",
                    why,
                    "who accepts that there is no way back says why",
                    REASON);
        }
        boolean contract = fields.flag("contract");
        if (contract && !oneWay && fields.text(why).isBlank()) {
            fields.wrong(
                    "request/missing-field",
                    why,
                    "who asks for contract steps says why nothing uses what they take away",
                    REASON);
        }
        return new Wish(
                fields.required("environment"),
                fields.texts("only"),
                fields.texts("skip"),
                fields.texts("remove"),
                fields.texts("set"),
                fields.text(why),
                oneWay,
                contract,
                fields.flag("promote"),
                fields.text("until"),
                maintenance(fields));
    }

    /// Null where users are not to be kept out.
    private static @Nullable Maintenance maintenance(Fields fields) {
        boolean wanted = fields.flag("maintenance");
        String text = fields.text("maintenanceText").strip();
        int lasting =
                fields.number(
                        "maintenanceSeconds",
                        0,
                        (int) Maintenance.LASTING_MIN.toSeconds(),
                        (int) Maintenance.LASTING_MAX.toSeconds());
        if (!wanted && !(text.isEmpty() && lasting == 0)) {
            fields.wrong(
                    "request/missing-field",
                    "maintenance",
                    "what users read is said, and not that they are kept out",
                    "say `maintenance`, too (`--maintenance`)");
        }
        if (text.length() > Maintenance.TEXT_MAX) {
            fields.wrong(
                    "request/too-long",
                    "maintenanceText",
                    "at most " + Maintenance.TEXT_MAX + " characters are shown to users",
                    "");
            text = "";
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            fields.wrong(
                    "request/wrong-type",
                    "maintenanceText",
                    "it is one line, without control characters",
                    "");
        }
        if (!wanted) {
            return null;
        }
        Duration time = lasting == 0 ? Maintenance.LASTING : Duration.ofSeconds(lasting);
        return new Maintenance(text, time);
    }
}
