package dev.belay.server.operations;

import dev.belay.driver.artifact.BuildOrder;
import dev.belay.driver.artifact.Builder;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.problem.Problem;
import dev.belay.release.Digest;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Frontends whose builds write public values into their files: every environment has an artifact
/// of its own, and what they share is the source that it was made of.
final class BakedSources {
    private final Builder builder;

    BakedSources(Builder builder) {
        this.builder = builder;
    }

    /// Which source would be built now: where it is promoted, that of what runs below.
    ///
    /// @param below what runs there; null where it is promoted from nowhere
    /// @throws Denied when it is another one
    Digest required(
            EnvironmentView view,
            Component component,
            Promotion.@Nullable Taken below,
            BuildOrder order) {
        Digest now = now(component, order);
        if (below != null) {
            require(view, component, below, now);
        }
        return now;
    }

    private void require(
            EnvironmentView view, Component component, Promotion.Taken below, Digest now) {
        String from = view.gates().promotedFrom();
        Set<Digest> recorded = of(below.artifact());
        if (recorded.contains(now)) {
            return;
        }
        boolean known = !recorded.isEmpty();
        throw new Denied(
                new No.Problems(
                        List.of(
                                new Problem(
                                        known
                                                ? "promotion/source-differs"
                                                : "promotion/source-unknown",
                                        component.source().at("public", "baked"),
                                        known
                                                ? "`%s` has its public values baked in, so `%s` builds its own from the source of what `%s` runs, %s; the folder has %s"
                                                        .formatted(
                                                                component.name(),
                                                                view.environment(),
                                                                from,
                                                                brief(recorded),
                                                                now.brief())
                                                : "nobody knows which source `%s` of `%s` was made of in `%s`"
                                                        .formatted(
                                                                below.artifact().brief(),
                                                                component.name(),
                                                                from),
                                        known
                                                ? "bring the folder back to what runs there, or `belay deploy %s` first"
                                                        .formatted(from)
                                                : "`belay deploy %s --only %s` builds it there again"
                                                        .formatted(from, component.name())))));
    }

    /// What is to be said of an artifact that nobody else has.
    ///
    /// @param below what runs where it is promoted from; null where it is promoted from nowhere
    /// @param source that it was made of
    static String note(
            EnvironmentView view,
            Component component,
            Digest artifact,
            Promotion.@Nullable Taken below,
            Digest source) {
        String whose =
                "`%s`: its public values are baked in, so %s is of `%s` alone, built from source %s"
                        .formatted(
                                component.name(),
                                artifact.brief(),
                                view.environment(),
                                source.brief());
        return below == null
                ? whose
                : "%s as was %s, which runs in `%s`; evidence and signatures of that one do not count for it"
                        .formatted(whose, below.artifact().brief(), view.gates().promotedFrom());
    }

    /// Which sources made an artifact here; none where nothing was baked in.
    Set<Digest> of(Digest artifact) {
        try {
            return builder.sources(artifact);
        } catch (IOException e) {
            throw Denied.failure(
                    "what `%s` was made of cannot be read: %s"
                            .formatted(artifact.brief(), e.getMessage()),
                    "see to the disk that `.belay` is on");
        }
    }

    private Digest now(Component component, BuildOrder order) {
        try {
            return builder.source(order);
        } catch (IOException e) {
            throw Denied.failure(
                    "the source of `%s` cannot be read: %s"
                            .formatted(component.name(), e.getMessage()),
                    "see that Belay may read the files");
        }
    }

    private static String brief(Set<Digest> sources) {
        return String.join(" or ", sources.stream().map(Digest::brief).sorted().toList());
    }
}
