package dev.belay.server.operations;

import dev.belay.driver.Instance;
import dev.belay.driver.Router;
import dev.belay.driver.Target;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Deployment;
import dev.belay.plan.Plan;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.server.operations.StatusView.ComponentStatus;
import dev.belay.server.operations.StatusView.InstanceStatus;
import dev.belay.server.operations.StatusView.RevisionStatus;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Puts beside each other what should run, by the journal, and what does, by looking.
public final class StatusReader {
    private static final int PAGE = 200;
    private final Journal journal;
    private final Target target;
    private final Router router;
    private final DependencyWatch dependencies;
    private final GatewayUpkeep upkeep;
    private final CertificateOrders orders;
    private final Remarks remarks;
    private final Codecs codecs;

    /// How the journal's opaque texts are read.
    public record Codecs(
            Function<ReleaseRow, Plan> plan, Function<String, Deployment> deployment) {}

    /// What others have to say of an environment.
    ///
    /// @param data what is wrong with its backups, or waits for a person
    public record Remarks(
            Function<EnvironmentView, List<String>> data,
            Function<EnvironmentView, List<Notice>> notices) {}

    public StatusReader(
            Journal journal,
            Target target,
            Router router,
            DependencyWatch dependencies,
            GatewayUpkeep upkeep,
            CertificateOrders orders,
            Remarks remarks,
            Codecs codecs) {
        this.journal = journal;
        this.target = target;
        this.router = router;
        this.dependencies = dependencies;
        this.upkeep = upkeep;
        this.orders = orders;
        this.remarks = remarks;
        this.codecs = codecs;
    }

    /// What one component has to do with a release that owns it now.
    private record Owner(ReleaseRow row, Plan plan) {}

    public StatusView of(EnvironmentView view) {
        String environment = view.environment();
        List<ReleaseRow> open =
                journal.list(environment, ReleaseState.unended(), Long.MAX_VALUE, PAGE).stream()
                        .sorted(Comparator.comparingLong(ReleaseRow::ordinal))
                        .toList();
        Map<Scope, Owner> owners = owners(open);
        var names = new LinkedHashSet<>(view.components().keySet());
        // What the manifest forgot may still run.
        journal.scopes(environment).stream()
                .filter(scope -> scope.kind() == Scope.Kind.COMPONENT)
                .forEach(scope -> names.add(scope.name()));
        boolean[] gateway = {true};
        var components = new ArrayList<ComponentStatus>();
        for (String name : names) {
            Scope scope = Scope.component(environment, name);
            ComponentStatus status =
                    component(scope, view.components().get(name), owners.get(scope), gateway);
            boolean gone = !view.components().containsKey(name) && status.state().equals("nothing");
            if (!gone) {
                components.add(status);
            }
        }
        return new StatusView(
                view.platform(),
                environment,
                gateway[0],
                gateway[0] ? upkeep.view() : GatewayUpkeep.View.AWAY,
                (gateway[0] ? upkeep.certificates() : CertificateStatus.NONE)
                        .with(orders.of(environment)),
                components,
                gateway[0] ? upkeep.doors(environment) : List.of(),
                maintenance(view, open),
                dependencies.of(view),
                remarks.data().apply(view),
                remarks.notices().apply(view),
                open.stream().map(ReleaseLine::of).toList());
    }

    private List<Announcement> maintenance(EnvironmentView view, List<ReleaseRow> open) {
        return open.stream()
                .flatMap(row ->
                        Announcement.of(
                                row,
                                codecs.plan().apply(row),
                                Appointments.zone(view),
                                journal.now())
                                .stream())
                .toList();
    }

    private Map<Scope, Owner> owners(List<ReleaseRow> open) {
        var owners = new HashMap<Scope, Owner>();
        for (ReleaseRow row : open) {
            if (row.state().active()) {
                Plan plan = codecs.plan().apply(row);
                row.scopes().forEach(scope -> owners.put(scope, new Owner(row, plan)));
            }
        }
        return owners;
    }

    /// Where what they run in cannot be asked, those that are on record, which say so.
    private List<Instance> instances(Scope scope) {
        try {
            return target.instances(scope);
        } catch (UncheckedIOException _) {
            return target.recorded(scope);
        }
    }

    private ComponentStatus component(
            Scope scope, @Nullable Component component, @Nullable Owner owner, boolean[] gateway) {
        Optional<Journal.Past> past = journal.history(scope, 1).stream().findFirst();
        @Nullable Deployment wanted = wanted(scope, past, owner);
        List<Instance> instances = instances(scope);
        Router.@Nullable Observed seen = null;
        if (wanted == null || !wanted.traffic().isEmpty()) {
            try {
                seen = router.observe(scope).orElse(null);
            } catch (UncheckedIOException _) {
                gateway[0] = false;
            }
        }
        boolean asked = gateway[0];
        List<RevisionStatus> revisions = revisions(wanted, instances, seen, asked);
        String because = wanted == null ? "" : complaint(wanted, revisions, instances, asked);
        String state = because.isEmpty() ? "well" : owner == null ? "unwell" : "changing";
        if (wanted == null) {
            boolean stray = owner == null && !instances.isEmpty();
            because = stray ? "it runs, and no release of this journal says why" : "";
            state = stray ? "unwell" : "nothing";
        } else if (owner == null && removed(component, wanted) && because.isEmpty()) {
            state = "nothing";
        } else if (component == null && owner == null && because.isEmpty()) {
            because =
                    "`belay deploy %s --remove %s` ends it"
                            .formatted(scope.environment(), scope.name());
        }
        return new ComponentStatus(
                scope.name(),
                component == null ? "gone from the manifest" : kind(component.kind()),
                port(component, seen),
                addresses(wanted),
                owner != null && owner.row().state() != ReleaseState.HELD
                        ? changing(state, owner)
                        : state,
                because,
                past.map(Journal.Past::release).orElse(""),
                wanted == null ? "" : wanted.revision().id(),
                past.map(Journal.Past::soaked).orElse(false),
                owner == null ? "" : owner.row().id(),
                revisions);
    }

    /// Whether its last release ended it. A job never stays, and of a worker no instance may be
    /// wanted.
    private static boolean removed(@Nullable Component component, Deployment last) {
        return last.isEnded()
                && switch (component == null ? null : component.kind()) {
                    case Component.Job _ -> false;
                    case Component.Worker worker -> worker.instances() > 0;
                    case null, default -> true;
                };
    }

    private static String changing(String state, Owner owner) {
        return owner.row().soaking() ? state : "changing";
    }

    /// What the active release leads to, else what the last one left.
    private @Nullable Deployment wanted(
            Scope scope, Optional<Journal.Past> past, @Nullable Owner owner) {
        if (owner != null) {
            boolean back = owner.row().state() == ReleaseState.ROLLING_BACK;
            Map<String, Deployment> side = back ? owner.plan().fallback() : owner.plan().desired();
            return side.get(scope.name());
        }
        return past.filter(p -> !p.deployment().isEmpty())
                .map(p -> codecs.deployment().apply(p.deployment()))
                .orElse(null);
    }

    private static List<RevisionStatus> revisions(
            @Nullable Deployment wanted,
            List<Instance> instances,
            Router.@Nullable Observed seen,
            boolean asked) {
        var ids = new LinkedHashSet<String>();
        if (wanted != null) {
            ids.add(wanted.revision().id());
        }
        if (seen != null) {
            ids.addAll(seen.weights().keySet());
        }
        instances.forEach(instance -> ids.add(instance.revision()));
        var revisions = new ArrayList<RevisionStatus>();
        for (String id : ids) {
            List<InstanceStatus> own =
                    instances.stream()
                            .filter(i -> i.revision().equals(id))
                            .sorted(Comparator.comparingInt(Instance::number))
                            .map(StatusReader::instance)
                            .toList();
            int alive = (int) own.stream().filter(i -> i.pid() > 0).count();
            boolean goal = wanted != null && wanted.revision().id().equals(id);
            revisions.add(
                    new RevisionStatus(
                            id,
                            wanted == null ? 0 : weight(wanted, id),
                            asked ? seen == null ? 0 : seen.weights().getOrDefault(id, 0) : -1,
                            goal && wanted != null ? wanted.instances() : 0,
                            alive,
                            asked ? seen == null ? 0 : seen.inFlight().getOrDefault(id, 0) : -1,
                            own));
        }
        return revisions;
    }

    private static int weight(Deployment wanted, String revision) {
        return wanted.traffic().stream()
                .flatMap(traffic -> traffic.shares().stream())
                .filter(share -> share.revision().equals(revision))
                .mapToInt(Traffic.Share::weight)
                .sum();
    }

    /// The first thing in which what is seen is not what is wanted; empty when there is none.
    private static String complaint(
            Deployment wanted,
            List<RevisionStatus> revisions,
            List<Instance> instances,
            boolean gateway) {
        if (!gateway && !wanted.traffic().isEmpty()) {
            return "the gateway does not answer";
        }
        String id = wanted.revision().id();
        for (Instance instance : instances) {
            boolean own = instance.revision().equals(id);
            if (own && instance.state() == Instance.State.CRASH_LOOP) {
                return "`" + instance.id() + "` crashes again and again";
            }
        }
        RevisionStatus now = revisions.getFirst();
        if (now.instancesSeen() < wanted.instances()) {
            return now.instancesSeen() + " of " + wanted.instances() + " instances run";
        }
        for (RevisionStatus revision : revisions) {
            boolean routed = !wanted.traffic().isEmpty();
            if (routed && (revision.weightSeen() > 0) != (revision.weightWanted() > 0)) {
                return "`"
                        + revision.revision()
                        + "` has weight "
                        + revision.weightSeen()
                        + ", not "
                        + revision.weightWanted();
            }
        }
        return "";
    }

    private static InstanceStatus instance(Instance instance) {
        return new InstanceStatus(
                instance.id(),
                instance.number(),
                StepView.word(instance.state()),
                instance.port(),
                instance.socket(),
                instance.pid(),
                instance.started().toEpochMilli(),
                instance.restarts(),
                instance.detail());
    }

    private static int port(@Nullable Component component, Router.@Nullable Observed seen) {
        return switch (component == null ? null : component.kind()) {
            case Component.Service service -> service.port();
            case Component.Frontend frontend -> frontend.port();
            case null, default -> seen == null ? 0 : seen.port();
        };
    }

    private static List<String> addresses(@Nullable Deployment wanted) {
        return wanted == null
                ? List.of()
                : wanted.traffic().stream()
                        .flatMap(line -> line.rules().at().stream())
                        .flatMap(at -> at.addresses().stream())
                        .toList();
    }

    private static String kind(Component.Kind kind) {
        return switch (kind) {
            case Component.Service _ -> "service";
            case Component.Frontend _ -> "frontend";
            case Component.Worker worker -> worker.launch().schedule() == null ? "worker" : "job";
            case Component.Job _ -> "job";
            case Component.Contract _ -> "contract";
        };
    }
}
