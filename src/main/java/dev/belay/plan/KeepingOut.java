package dev.belay.plan;

import dev.belay.plan.Drafts.Draft;
import dev.belay.release.Maintenance;
import dev.belay.release.SmokeTest;
import dev.belay.release.Work;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Keeps users out of what a release changes, where it is to be maintenance: from when nothing is
/// in its way any more until all of it stands and is tested. The release itself gets in meanwhile,
/// but for commands, which cannot show its pass: they test once it is open.
final class KeepingOut {
    private final String platform;
    private final @Nullable Maintenance maintenance;

    KeepingOut(Outline outline) {
        this.platform = outline.view().platform();
        this.maintenance = outline.maintenance();
    }

    /// Whether somebody comes to it now, and will when it is over.
    boolean covers(Change change) {
        Deployment now = change.now();
        return maintenance != null
                && change.job() == null
                && !change.ends()
                && now != null
                && now.traffic().stream().anyMatch(line -> !line.shares().isEmpty());
    }

    /// Shuts its door, and waits for who is inside.
    List<Draft> shut(Change change) {
        Work.Shut work = work(change);
        var shut =
                new Draft(
                        "%s: users are kept out, for %s"
                                .formatted(change.name(), Times.text(work.maintenance().lasting())),
                        Phase.TRAFFIC,
                        work,
                        new Undo.Apply(new Work.Open(change.name()), Times.ROUTE_LIMIT),
                        Times.ROUTE_LIMIT,
                        Times.MOMENT);
        Deployment now = change.now();
        if (now == null || now.instances() == 0) {
            return List.of(shut);
        }
        var empty =
                new Draft(
                        change.name() + ": nobody is inside any more",
                        Phase.TRAFFIC,
                        new Work.Drained(now.revision()),
                        Times.drain(now.revision().launch()),
                        Times.SECOND);
        return List.of(shut, empty);
    }

    /// Lets users in; undone it keeps them out once more, since what comes back is worked on, too.
    Draft open(Change change) {
        return new Draft(
                change.name() + ": users come in again",
                Phase.TRAFFIC,
                new Work.Open(change.name()),
                new Undo.Apply(work(change), Times.ROUTE_LIMIT),
                Times.ROUTE_LIMIT,
                Times.MOMENT);
    }

    private Work.Shut work(Change change) {
        if (maintenance == null) {
            throw new IllegalStateException("nobody is kept out of " + change.name());
        }
        return new Work.Shut(change.name(), platform, maintenance);
    }

    /// Whether a test through the port gets in while users are kept out.
    static boolean getsIn(SmokeTest test) {
        return switch (test) {
            case SmokeTest.HttpScenario _, SmokeTest.WebSocketExchange _ -> true;
            case SmokeTest.CommandTest _ -> false;
        };
    }
}
