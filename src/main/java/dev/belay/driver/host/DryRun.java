package dev.belay.driver.host;

import dev.belay.driver.Foretold;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/// Asks another tool what it would do to a schema: its `plan`, run as its `status` is.
///
/// It is asked when a release is planned and again before anything is touched, and must print the
/// same. So it is given nothing that differs between the two: neither release nor token.
final class DryRun {
    private static final Duration WITHIN = Duration.ofMinutes(2);
    private static final int ERRORS_SHOWN = 2_000;

    private final Records records;
    private final Preparation preparation;

    DryRun(Records records, Preparation preparation) {
        this.records = records;
        this.preparation = preparation;
    }

    /// Runs the command in the folder of the revision's artifact, and waits for it.
    ///
    /// @param within how long at most; never longer than two minutes
    Foretold ask(String environment, Revision revision, MigrationCommands by, Duration within)
            throws IOException {
        Scope scope = Scope.component(environment, revision.component());
        Recipe recipe = Recipe.of(revision).with(by.plan());
        Map<String, String> given = new HashMap<>(Names.instance(records.state(), scope, "plan"));
        given.put(Names.REVISION, revision.id());
        return switch (preparation.prepare(environment, recipe, given)) {
            case Preparation.Refused(String reason, String hint) ->
                    new Foretold.Nothing("`plan` cannot be asked: " + reason, hint);
            case Preparation.Prepared ready -> {
                // A control plane plans while another release looks.
                Path scratch = records.of(scope).jobFolder().resolve("plan-" + UUID.randomUUID());
                Duration limit = within.compareTo(WITHIN) < 0 ? within : WITHIN;
                yield said(records.runners().of(recipe).ask(recipe, ready, limit, scratch), limit);
            }
        };
    }

    private Foretold said(Runner.Printed printed, Duration limit) {
        if (printed.status() == Life.NO_STATUS) {
            return new Foretold.Nothing(
                    "`plan` did not end within " + limit.toSeconds() + " s", "");
        }
        if (printed.status() != 0) {
            String wrote =
                    preparation.redact(
                            printed.errors().isEmpty() ? printed.printed() : printed.errors());
            return new Foretold.Nothing(
                    "`plan` ended with status %d%s"
                            .formatted(
                                    printed.status(),
                                    wrote.isEmpty()
                                            ? "; it wrote nothing"
                                            : "; it wrote:\n"
                                                    + wrote.substring(
                                                            Math.max(
                                                                    0,
                                                                    wrote.length()
                                                                            - ERRORS_SHOWN))),
                    "it must exit with 0, also where there is nothing to do");
        }
        return printed.isTooLong()
                ? new Foretold.Nothing(
                        "`plan` prints more than 16 KiB",
                        "let it print what is to be done, in short")
                : new Foretold.Printed(preparation.redact(printed.printed()));
    }
}
