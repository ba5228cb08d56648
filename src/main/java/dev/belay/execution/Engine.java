package dev.belay.execution;

import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Plan;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Claims releases and runs them, as many at once as there are, on one thread that never blocks: a
/// release that waits costs a row and an entry in a map.
///
/// Several engines may share a journal. Leases choose who works; fences and tokens make it safe
/// when the choice was wrong.
public final class Engine {
    /// After a crash, another engine, or this one restarted, goes on after at most this long.
    public static final Duration LEASE = Duration.ofSeconds(15);

    /// Of the plans that this engine understands.
    public static final int VERSION = 1;

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration RENEW = Duration.ofSeconds(5);

    private final World world;
    private final String owner;
    private final PlanCodec codec;
    private final Runnable afterRelease;
    private final Map<String, ReleaseRun> runs = new HashMap<>();
    private final Set<String> foreign = new HashSet<>();
    private boolean claiming;
    private boolean again;
    private boolean closed;

    /// An engine that does nothing until [#start].
    ///
    /// @param owner unique among the engines of one journal, and different after a restart
    public Engine(World world, String owner, PlanCodec codec) {
        this(world, owner, codec, () -> {});
    }

    /// As above.
    ///
    /// @param afterRelease called on the engine's thread when a release has ended; must not block
    public Engine(World world, String owner, PlanCodec codec, Runnable afterRelease) {
        this.world = world;
        this.owner = owner;
        this.codec = codec;
        this.afterRelease = afterRelease;
    }

    /// Begins to work. Call once.
    public void start() {
        world.at(world.now(), this::poll);
        world.at(world.now() + RENEW.toMillis(), this::renew);
    }

    /// Somebody submitted, decided or cancelled: look now instead of at the next poll.
    public void nudge() {
        world.at(
                world.now(),
                () -> {
                    List.copyOf(runs.values()).forEach(ReleaseRun::nudge);
                    claim();
                });
    }

    /// Lets go of everything at once. Nothing is undone: whoever comes next goes on.
    public void close() {
        closed = true;
        runs.values().forEach(ReleaseRun::drop);
        runs.clear();
    }

    /// Why each unfinished step of a release is not done yet; empty when this engine does not run
    /// it.
    public Map<Integer, String> because(String release) {
        return Optional.ofNullable(runs.get(release)).map(ReleaseRun::because).orElse(Map.of());
    }

    private void poll() {
        if (!closed) {
            claim();
            world.at(world.now() + POLL.toMillis(), this::poll);
        }
    }

    private void claim() {
        if (closed) {
            return;
        }
        if (claiming) {
            again = true;
            return;
        }
        claiming = true;
        Set<String> except = Set.copyOf(foreign);
        world.journal(
                journal -> journal.claim(owner, LEASE, except),
                this::claimed,
                () -> claiming = false);
    }

    private void claimed(Optional<ReleaseRow> claimed) {
        claiming = false;
        if (closed) {
            return;
        }
        claimed.ifPresent(this::run);
        if (claimed.isPresent() || again) {
            again = false;
            claim();
        }
    }

    private void run(ReleaseRow row) {
        if (row.engine() != VERSION) {
            leave(row);
            return;
        }
        Plan plan;
        try {
            plan = codec.read(row.plan());
        } catch (RuntimeException unreadable) {
            world.bug("reading the plan of " + row.id(), unreadable);
            leave(row);
            return;
        }
        ReleaseRun former = runs.get(row.id());
        if (former != null) {
            former.drop();
        }
        var run = new ReleaseRun(world, row, plan, codec, this::ended);
        runs.put(row.id(), run);
        run.start();
    }

    /// Written by an engine of another version: parked for it, not guessed at.
    private void leave(ReleaseRow row) {
        foreign.add(row.id());
        world.journal(
                journal -> {
                    journal.giveBack(row.id(), row.fence());
                    return true;
                },
                _ -> {},
                () -> {});
    }

    private void ended(ReleaseRun run) {
        if (runs.get(run.release()) == run) {
            runs.remove(run.release());
            afterRelease.run();
        }
        claim();
    }

    private void renew() {
        if (closed) {
            return;
        }
        for (ReleaseRun run : List.copyOf(runs.values())) {
            world.journal(
                    journal -> journal.renew(run.release(), run.fence(), LEASE),
                    kept -> {
                        if (kept) {
                            // Somebody may have spoken to another control plane.
                            run.nudge();
                        } else if (runs.get(run.release()) == run) {
                            run.drop();
                            runs.remove(run.release());
                        }
                    },
                    () -> {});
        }
        world.at(world.now() + RENEW.toMillis(), this::renew);
    }
}
