package dev.belay.server.operations;

import dev.belay.driver.Look;
import dev.belay.driver.Openings;
import dev.belay.driver.Order;
import dev.belay.gate.WindowGate;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Phase;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.plan.Submission;
import dev.belay.release.Appointment;
import dev.belay.release.ReleaseWindow;
import dev.belay.release.Work;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// When releases may begin: in the windows of their environment, and while nobody has frozen it.
/// Asked when one is planned, when it is submitted, and when it really begins, which a queue, a
/// backup or a person may have put off.
public final class Calendar implements Openings {
    private final Freezes freezes;
    private final Predicate<String> goesBack;
    private final LongSupplier clock;

    /// A calendar of all environments.
    ///
    /// @param goesBack whether the release of an id is a rollback
    /// @param clock milliseconds since the epoch
    public Calendar(Freezes freezes, Predicate<String> goesBack, LongSupplier clock) {
        this.freezes = freezes;
        this.goesBack = goesBack;
        this.clock = clock;
    }

    /// Demands that nothing keeps a release from being submitted.
    ///
    /// @param when it is to begin; null for now
    /// @param back whether it is a rollback
    /// @throws Denied when the environment is frozen for it then
    void requireThawed(String environment, boolean back, @Nullable Appointment when) {
        frozen(environment, back)
                .filter(freeze -> when == null || freeze.until() > when.from())
                .ifPresent(freeze -> {
                    throw Denied.refusal(freeze.text(), wayOut(freeze));
                });
    }

    /// Demands that one of the windows is open, where it was not left out.
    ///
    /// @param when it is to begin; null for now
    /// @throws Denied with the next opening
    void requireOpen(EnvironmentView view, Set<Phase> without, @Nullable Appointment when) {
        if (!without.contains(Phase.WINDOW)) {
            Instant begins = when == null ? now() : Instant.ofEpochMilli(when.from());
            WindowGate.closed(view.gates().windows(), begins)
                    .ifPresent(why -> {
                        throw Denied.refusal(
                                "`%s`: %s".formatted(view.environment(), why),
                                "wait until then, or say `--at`; `--skip window --reason …` releases it all the"
                                        + " same, and is recorded with your name");
                    });
        }
    }

    /// What a plan would run into if it were to begin now: no part of it.
    List<String> obstacles(Submission submission) {
        var obstacles = new ArrayList<String>();
        if (!submission.plans().isEmpty()) {
            frozen(submission.environment(), false)
                    .map(Freezes.Freeze::text)
                    .ifPresent(obstacles::add);
        }
        for (Plan plan : submission.plans()) {
            for (Step step : plan.steps()) {
                if (step.work() instanceof Work.InWindow(List<ReleaseWindow> windows)) {
                    closed(windows)
                            .map(why -> why + "; until then a deploy is refused")
                            .filter(sentence -> !obstacles.contains(sentence))
                            .ifPresent(obstacles::add);
                }
            }
        }
        return obstacles;
    }

    @Override
    public Look inWindow(Work.InWindow work, Order order) {
        Optional<Look.Failed> frozen = frozen(order);
        if (frozen.isPresent()) {
            return frozen.get();
        }
        return closed(work.windows())
                .<Look>map(why ->
                        new Look.Failed(
                                "it would begin too late: " + why,
                                "deploy it again then; nothing was changed",
                                ""))
                .orElseGet(() -> new Look.Done(open(work.windows())));
    }

    @Override
    public Optional<Look.Failed> frozen(Order order) {
        String environment = order.scope().environment();
        return freezes.of(environment)
                .filter(freeze -> freeze.rollbacksToo() || !goesBack.test(order.release()))
                .map(freeze -> new Look.Failed(freeze.text(), wayOut(freeze), ""));
    }

    private Optional<Freezes.Freeze> frozen(String environment, boolean back) {
        return freezes.of(environment).filter(freeze -> freeze.rollbacksToo() || !back);
    }

    private Optional<String> closed(List<ReleaseWindow> windows) {
        return WindowGate.closed(windows, now());
    }

    private String open(List<ReleaseWindow> windows) {
        return WindowGate.closes(windows, now())
                .map(end -> "open until " + WindowGate.text(end, windows.getFirst().zone()))
                .orElse("open");
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.getAsLong());
    }

    private static String wayOut(Freezes.Freeze freeze) {
        return "wait until it is over, or ask %s; `belay thaw %s` ends it"
                .formatted(freeze.by(), freeze.environment());
    }
}
