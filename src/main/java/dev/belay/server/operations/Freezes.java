package dev.belay.server.operations;

import dev.belay.journal.AuditLog;
import dev.belay.manifest.EnvironmentView;
import dev.belay.release.Actor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Environments in which nothing is released for a while, because somebody said so. A freeze has an
/// owner, a reason and an end, is on the disk before it is in force, and is over by itself.
public final class Freezes {
    private static final Duration MOST = Duration.ofDays(30);

    private final Notes<Freeze> notes;
    private final AuditLog audit;
    private final LongSupplier clock;

    /// Those that are noted in a folder.
    ///
    /// @param clock milliseconds since the epoch
    public Freezes(Path folder, AuditLog audit, LongSupplier clock) {
        this.notes = new Notes<>(folder, Freeze.class, Freeze::environment);
        this.audit = audit;
        this.clock = clock;
    }

    /// One environment that is frozen.
    ///
    /// @param until milliseconds since the epoch
    /// @param rollbacksToo whether nothing may go back, either
    /// @param by its owner
    public record Freeze(
            String environment,
            long until,
            boolean rollbacksToo,
            String by,
            String reason,
            long at) {
        /// One sentence for whoever looks or is refused.
        public String text() {
            return "`%s` is frozen until %s%s by %s: %s"
                    .formatted(
                            environment,
                            Instant.ofEpochMilli(until),
                            rollbacksToo ? ", rollbacks too," : "",
                            by,
                            reason);
        }
    }

    /// Those that are in force, by environment.
    public List<Freeze> all() {
        long now = clock.getAsLong();
        return notes.all().stream()
                .filter(freeze -> freeze.until() > now)
                .sorted(Comparator.comparing(Freeze::environment))
                .toList();
    }

    /// The freeze that is in force in an environment. One that cannot be read is in force until
    /// somebody thaws it: nobody knows what it says.
    public Optional<Freeze> of(String environment) {
        long now = clock.getAsLong();
        try {
            return notes.find(environment).filter(freeze -> freeze.until() > now);
        } catch (IOException e) {
            String reason = "what was said cannot be read any more: " + e.getMessage();
            long until = now + MOST.toMillis();
            return Optional.of(new Freeze(environment, until, false, "somebody", reason, now));
        }
    }

    /// What is wanted of a freeze.
    ///
    /// @param until when it is over; null when that was not said
    public record Wish(@Nullable Instant until, boolean rollbacksToo, String reason) {}

    /// Freezes an environment; takes the place of a freeze that it has.
    ///
    /// @throws Denied when it has no reason, or no end within 30 days
    public Freeze freeze(String environment, Wish wish, Actor actor) {
        Instant now = Instant.ofEpochMilli(clock.getAsLong()).truncatedTo(ChronoUnit.SECONDS);
        Instant until = wish.until();
        if (until == null || !until.isAfter(now) || until.isAfter(now.plus(MOST))) {
            throw new Denied(
                    No.problem(
                            "freeze/until",
                            "`--until" + (until == null ? "" : " " + until) + "`",
                            "a freeze ends within %d days, until %s"
                                    .formatted(MOST.toDays(), now.plus(MOST)),
                            "say when, as `--until %s`".formatted(now.plus(Duration.ofDays(1)))));
        }
        if (wish.reason().isBlank()) {
            throw new Denied(
                    No.problem(
                            "freeze/no-reason",
                            "`belay freeze " + environment + "`",
                            "whoever is refused wants to know why",
                            "say it with `--reason`"));
        }
        var freeze =
                new Freeze(
                        environment,
                        until.toEpochMilli(),
                        wish.rollbacksToo(),
                        actor.subject(),
                        wish.reason(),
                        now.toEpochMilli());
        record(
                actor,
                "frozen",
                Map.of(
                        "environment",
                        environment,
                        "until",
                        until.toString(),
                        "rollbacks",
                        wish.rollbacksToo() ? "refused" : "let through",
                        "reason",
                        wish.reason(),
                        "was",
                        of(environment).map(Freeze::text).orElse("")));
        try {
            notes.write(freeze);
        } catch (IOException e) {
            throw Denied.failure("the freeze cannot be written down: " + e.getMessage(), "");
        }
        return freeze;
    }

    /// Ends a freeze before its time.
    ///
    /// @param reason may be empty
    /// @throws Denied when the environment is not frozen
    public Freeze thaw(String environment, String reason, Actor actor) {
        Freeze freeze =
                of(environment)
                        .orElseThrow(() ->
                                Denied.refusal(
                                        "`%s` is not frozen".formatted(environment),
                                        "`belay freeze --list` shows what is"));
        record(
                actor,
                "thawed",
                Map.of("environment", environment, "reason", reason, "was", freeze.text()));
        try {
            notes.remove(freeze);
        } catch (IOException e) {
            throw Denied.failure("the freeze cannot be taken away: " + e.getMessage(), "");
        }
        return freeze;
    }

    /// For `belay status`.
    public List<Notice> notices(EnvironmentView view) {
        return of(view.environment()).stream()
                .map(freeze -> new Notice("freeze", freeze.text(), false))
                .toList();
    }

    private void record(Actor actor, String what, Map<String, String> details) {
        audit.record(new AuditLog.Deed(actor.subject(), what, details));
    }
}
