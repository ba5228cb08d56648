package dev.belay.plan;

import dev.belay.manifest.Strategy;
import dev.belay.plan.Drafts.Draft;
import dev.belay.release.Canary;
import dev.belay.release.Prometheus;
import dev.belay.release.Revision;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.util.List;
import java.util.Objects;

/// How a component's new revision gets its requests little by little beside the old one, which
/// stays whole: on the way back it has all of them again with one step.
///
/// @param counted whether somebody counts what is answered
record CanaryCourse(Change change, Canary rule, boolean counted) {
    private static final int ALL = 100;

    /// Whether there is something to compare the new revision with, and requests to give it a part
    /// of.
    boolean applies() {
        Deployment now = change.now();
        return change.strategy() == Strategy.CANARY
                && now != null
                && !now.isEnded()
                && !change.ends()
                && !change.sameRevision()
                && now.traffic().stream().mapToInt(line -> line.shares().size()).sum() == 1
                && change.goal().traffic().stream().anyMatch(line -> !line.shares().isEmpty());
    }

    /// With which it begins.
    int first() {
        return applies() ? instancesAt(rule.steps().getFirst()) : change.goal().instances();
    }

    /// As many as serve that part of the requests, as they are to serve all of them.
    int instancesAt(int percent) {
        return Math.ceilDiv(change.goal().instances() * percent, ALL);
    }

    /// The component's line.
    ///
    /// @param made instances of the new revision
    /// @param left instances of the old one
    Traffic part(int percent, int made, int left) {
        Traffic line = change.goal().traffic().getFirst();
        String goal = change.goal().revision().id();
        return new Traffic(
                line.port(),
                List.of(
                        new Traffic.Share(goal, percent, made),
                        new Traffic.Share(old().id(), ALL - percent, left)),
                line.rules());
    }

    Draft judged(int percent) {
        boolean proven = rule.proven() && counted;
        // What is collected elsewhere may not come for a while.
        boolean waits = proven || rule.prometheus() != null;
        String how =
                proven
                        ? "until it is proven to be no worse than " + old().id()
                        : counted
                                ? "judged beside " + old().id()
                                : "beside %s, and nobody counts".formatted(old().id());
        Prometheus source = rule.prometheus();
        String by = source == null ? "" : ", by Prometheus at " + source.host();
        boolean sticky = change.goal().traffic().getFirst().rules().sticky();
        return new Draft(
                "%s: at %d %% %s%s".formatted(change.name(), percent, how, by),
                Phase.TRAFFIC,
                new Work.Judged(change.goal().revision(), old(), percent, sticky, counted, rule),
                Times.soak(waits ? rule.most() : rule.least()),
                rule.least());
    }

    Revision old() {
        return Objects.requireNonNull(change.now()).revision();
    }
}
