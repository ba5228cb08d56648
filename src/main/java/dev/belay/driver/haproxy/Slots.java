package dev.belay.driver.haproxy;

import dev.belay.release.Health;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Which of a line's backends each revision gets. HAProxy makes none while it runs, so that a line
/// has some to spare from the beginning: a release then takes no reload, unless its revision is
/// asked for its health otherwise than those before.
final class Slots {
    /// The present revision, the next one, and one whose last requests go on.
    private static final int AT_LEAST = 3;

    private Slots() {}

    static Entry assigned(
            Entry before, Work.Route work, Map<String, List<Line.Member>> members, long token) {
        List<Traffic.Share> wanted = work.traffic().shares();
        List<Check> slots = new ArrayList<>(before.slots());
        Set<Integer> taken = new TreeSet<>();
        Set<Integer> avoided = new TreeSet<>();
        Line line = before.line();
        if (line != null) {
            line.shares().forEach(share -> avoided.add(share.slot()));
        }
        var shares = new ArrayList<Line.Share>();
        var fresh = new ArrayList<Traffic.Share>();
        for (Traffic.Share share : wanted) {
            Optional<Line.Share> own =
                    Optional.ofNullable(line).flatMap(one -> one.share(share.revision()));
            if (own.isPresent()) {
                taken.add(own.get().slot());
            } else {
                fresh.add(share);
            }
        }
        for (Traffic.Share share : wanted) {
            int slot =
                    fresh.contains(share)
                            ? choose(slots, check(work, share.revision()), taken, avoided)
                            : Optional.ofNullable(line)
                                    .flatMap(one -> one.share(share.revision()))
                                    .map(Line.Share::slot)
                                    .orElseThrow();
            taken.add(slot);
            shares.add(
                    new Line.Share(
                            share.revision(),
                            share.weight(),
                            slot,
                            members.getOrDefault(share.revision(), List.of())));
        }
        Check usual = slots.isEmpty() ? new Check("", 0, 0, 1_000) : slots.getFirst();
        while (slots.size() < AT_LEAST) {
            slots.add(usual);
        }
        return new Entry(token, slots, new Line(work.traffic().port(), shares));
    }

    /// One that is free and asks alike; else one that is free; else one of a revision that goes.
    private static int choose(
            List<Check> slots, Check check, Set<Integer> taken, Set<Integer> avoided) {
        for (int slot = 0; slot < slots.size(); slot++) {
            boolean free = !taken.contains(slot) && !avoided.contains(slot);
            if (free && slots.get(slot).equals(check)) {
                return slot;
            }
        }
        for (int slot = 0; slot < slots.size(); slot++) {
            if (!taken.contains(slot) && !avoided.contains(slot)) {
                slots.set(slot, check);
                return slot;
            }
        }
        slots.add(check);
        return slots.size() - 1;
    }

    private static Check check(Work.Route work, String revision) {
        return HaproxyRouter.revision(work, revision)
                .map(one -> one.launch().readiness())
                .map(Check::of)
                .orElseGet(() -> Check.of(connects()));
    }

    private static Health connects() {
        var second = Duration.ofSeconds(1);
        return new Health(new Health.Tcp(), 1, Duration.ZERO, second, second);
    }
}
