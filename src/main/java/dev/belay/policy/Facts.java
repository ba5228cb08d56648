package dev.belay.policy;

import dev.belay.manifest.Backup;
import dev.belay.manifest.Component;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.Declared;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.EvidenceDemand;
import dev.belay.manifest.External;
import dev.belay.manifest.Gates;
import dev.belay.manifest.OwnedTest;
import dev.belay.manifest.PublicValues;
import dev.belay.manifest.SignatureDemand;
import dev.belay.manifest.Strategy;
import dev.belay.manifest.Target;
import dev.belay.manifest.TenantProbe;
import dev.belay.release.Boundary;
import dev.belay.release.ConsentRule;
import dev.belay.release.EvidenceRule;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.SmokeTest;
import dev.belay.release.Traffic;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What an environment says, as the [Model] has it: texts, truths, numbers, durations, lists and
/// maps. No value of a variable is in it.
public final class Facts {
    private static final Pattern SECURE = Pattern.compile("(https|rediss|amqps|tls|ssl|wss)://.*");
    private static final Pattern PLAIN = Pattern.compile("[a-z][a-z0-9+.-]*:.*");

    private Facts() {}

    /// Of the manifest alone.
    ///
    /// @param roots what is wanted; nothing else is made
    public static SortedMap<String, Object> of(EnvironmentView view, Set<String> roots) {
        return of(view, roots, view.components().values());
    }

    /// The same, with only some of the components.
    static SortedMap<String, Object> of(
            EnvironmentView view, Set<String> roots, Collection<Component> components) {
        var all = new TreeMap<String, Object>();
        Map<String, Supplier<Object>> known =
                Map.of(
                        "environment", () -> environment(view),
                        "gates", () -> gates(view.gates()),
                        "rollout", () -> rollout(view),
                        "components", () -> each(components, Facts::component),
                        "datastores", () -> each(view.datastores().values(), Facts::datastore),
                        "externals", () -> each(view.externals().values(), Facts::external),
                        "entrances", () -> entrances(view));
        known.forEach((root, make) -> {
            if (roots.contains(root)) {
                all.put(root, make.get());
            }
        });
        return all;
    }

    static <T> List<Object> each(Collection<T> all, java.util.function.Function<T, Object> make) {
        return all.stream().map(make).toList();
    }

    private static Object environment(EnvironmentView view) {
        Boundary boundary =
                view.datastores().values().stream()
                        .map(one -> one.backup().policy().boundary())
                        .filter(Boundary::isDeclared)
                        .findFirst()
                        .orElse(Boundary.NONE);
        return new Fill(Model.ENVIRONMENT)
                .with("name", view.environment())
                .with("platform", view.platform())
                .with("target", target(view.target()))
                .with("regulated", view.policies().regulated())
                .with("promotes_from", view.gates().promotes().from())
                .with("promotes_automatically", view.gates().promotes().automatically())
                .with(
                        "serving_tenants",
                        view.components().values().stream()
                                .filter(one -> one.declared().tenants())
                                .toList()
                                .size())
                .with("boundary", boundary.isDeclared())
                .with("boundary_encrypted", boundary.encrypted())
                .made();
    }

    private static String target(Target target) {
        return switch (target) {
            case Target.Processes _ -> "process";
            case Target.Docker _ -> "docker";
            case Target.Commands _ -> "command";
            case Target.Kubernetes _ -> "kubernetes";
        };
    }

    private static Object gates(Gates gates) {
        ConsentRule consent = gates.consent();
        SignatureDemand signatures = gates.signatures();
        return new Fill(Model.GATES)
                .with("backup", gates.backup())
                .with("way_back", gates.wayBack())
                .with("migrated_in", gates.migratedIn())
                .with("evidence", each(gates.evidence(), Facts::asked))
                .with("checklist", consent.checklist())
                .with("approvals", consent.many())
                .with("approvers", consent.of())
                .with("approvals_valid", consent.valid())
                .with("windows", gates.windows().size())
                .with("secrets", gates.secrets().asks())
                .with("secrets_younger_than", gates.secrets().youngerThan())
                .with("signatures", signatures.asks() ? signatures.many() : 0)
                .with("signatures_for", signatures.only())
                .with("provenance", signatures.provenance().asks())
                .with("contracts", gates.contracts().asked())
                .made();
    }

    private static Object asked(EvidenceDemand demand) {
        EvidenceRule rule = demand.rule();
        return new Fill(Model.ASKED)
                .with("kind", rule.kind())
                .with("suite", rule.name())
                .with("from", rule.from())
                .with("younger_than", rule.youngerThan())
                .with("no_regression", rule.compares())
                .made();
    }

    private static Object rollout(EnvironmentView view) {
        return new Fill(Model.ROLLOUT)
                .with("soak", view.soak())
                .with("together", view.trafficTogether())
                .made();
    }

    private static Object component(Component one) {
        Fill fill =
                new Fill(Model.COMPONENT)
                        .with("name", one.name())
                        .with("uses", one.uses())
                        .with("after", one.after())
                        .with("required", List.copyOf(one.variables().required()))
                        .with("secrets", List.copyOf(one.variables().secrets()))
                        .with("plain", List.copyOf(one.variables().values().keySet()))
                        .with("smoke", each(one.smoke(), Facts::test))
                        .with(
                                "entrances",
                                one.rules().at().stream().map(at -> at.entrance().name()).toList())
                        .with(
                                "migrates",
                                one.migrations() == null ? "" : one.migrations().datastore())
                        .with("contracts", one.build().contracts())
                        .with("owner", one.responsible().owner())
                        .with("contact", one.responsible().contact())
                        .with("runbook", one.responsible().runbook())
                        .with("phi", one.declared().phi())
                        .with("tenants", one.declared().tenants())
                        .with("logs", logs(one.declared().logs()));
        return kind(one.kind(), fill).made();
    }

    private static Fill kind(Component.Kind kind, Fill fill) {
        return switch (kind) {
            case Component.Service(Launch launch, int port, int instances, Strategy strategy) ->
                    launch(launch, fill)
                            .with("kind", "service")
                            .with("port", port)
                            .with("instances", instances)
                            .with("strategy", word(strategy));
            case Component.Frontend(int port, Strategy strategy, PublicValues _) ->
                    launch(null, fill)
                            .with("kind", "frontend")
                            .with("port", port)
                            .with("instances", 0)
                            .with("strategy", word(strategy));
            case Component.Worker(Launch launch, int instances, Strategy strategy) ->
                    launch(launch, fill)
                            .with("kind", "worker")
                            .with("port", 0)
                            .with("instances", instances)
                            .with("strategy", word(strategy));
            case Component.Job job ->
                    launch(job.launch(), fill)
                            .with("kind", "job")
                            .with("port", 0)
                            .with("instances", 0)
                            .with("strategy", "");
            case Component.Contract _ ->
                    launch(null, fill)
                            .with("kind", "contract")
                            .with("port", 0)
                            .with("instances", 0)
                            .with("strategy", "");
        };
    }

    private static Fill launch(@Nullable Launch launch, Fill fill) {
        Launch.Limits limits = launch == null ? Launch.Limits.NONE : launch.limits();
        Launch.Stop stop =
                launch == null ? new Launch.Stop("", Duration.ZERO, Duration.ZERO) : launch.stop();
        return fill.with("health", health(launch == null ? null : launch.readiness()))
                .with("liveness", health(launch == null ? null : launch.liveness()))
                .with(
                        "limits",
                        new Fill(Model.LIMITS)
                                .with("memory", limits.memoryBytes())
                                .with("cpu", limits.cpuPercent())
                                .with("open_files", limits.openFiles())
                                .with("processes", limits.processes())
                                .made())
                .with(
                        "stop",
                        new Fill(Model.STOP)
                                .with("signal", stop.signal())
                                .with("grace", stop.grace())
                                .with("drain", stop.drain())
                                .made());
    }

    private static Object health(@Nullable Health health) {
        String kind =
                health == null
                        ? ""
                        : switch (health.check()) {
                            case Health.Http _ -> "http";
                            case Health.Grpc _ -> "grpc";
                            case Health.Tcp _ -> "tcp";
                            case Health.Command _ -> "command";
                            case Health.Alive _ -> "alive";
                        };
        String path =
                health != null && health.check() instanceof Health.Http http ? http.path() : "";
        return new Fill(Model.HEALTH)
                .with("kind", kind)
                .with("path", path)
                .with("within", health == null ? Duration.ZERO : health.within())
                .made();
    }

    private static Object test(OwnedTest owned) {
        SmokeTest test = owned.test();
        TenantProbe probe = owned.probe();
        String kind =
                switch (test) {
                    case SmokeTest.HttpScenario _ -> "http";
                    case SmokeTest.WebSocketExchange _ -> "websocket";
                    case SmokeTest.CommandTest _ -> "command";
                };
        return new Fill(Model.TEST)
                .with("name", test.name())
                .with("kind", kind)
                .with("as_tenant", probe == null ? "" : probe.as())
                .with("not_tenant", probe == null ? "" : probe.of())
                .with("ends_refused", TenantProbe.endsRefused(test))
                .with("let_in_first", TenantProbe.isLetInFirst(test))
                .made();
    }

    private static Object logs(Declared.@Nullable Logs logs) {
        return new Fill(Model.LOGS)
                .with("declared", logs != null)
                .with("phi", logs != null && logs.phi())
                .with("retention", logs == null ? Duration.ZERO : logs.retention())
                .made();
    }

    private static Object datastore(Datastore one) {
        Backup backup = one.backup();
        return new Fill(Model.DATASTORE)
                .with("name", one.name())
                .with("engine", one.dependency().engine().word())
                .with("optional", one.dependency().optional())
                .with("local", one.local() instanceof Datastore.Server)
                .with("kept", one.isKept())
                .with(
                        "backup",
                        new Fill(Model.BACKUP)
                                .with("daily", !backup.daily().isEmpty())
                                .with("archived", backup.archived().isPresent())
                                .with("encrypted", !backup.policy().recipients().isEmpty())
                                .with("copied", !backup.copy().isEmpty())
                                .with("keep", backup.policy().keep())
                                .with("drill", backup.drill())
                                .made())
                .with("owner", one.responsible().owner())
                .with("phi", one.declared().phi())
                .with("encrypted_at_rest", one.declared().encrypted())
                .made();
    }

    private static Object external(External one) {
        return new Fill(Model.EXTERNAL)
                .with("name", one.name())
                .with("engine", one.dependency().engine().word())
                .with("optional", one.dependency().optional())
                .with("tls", tls(one.dependency().url()))
                .with("vendor", one.declared().vendor())
                .with("phi", one.declared().phi())
                .with("owner", one.responsible().owner())
                .made();
    }

    /// A scheme that is a variable may be either.
    private static String tls(String url) {
        String scheme = url.toLowerCase(Locale.ROOT);
        return SECURE.matcher(scheme).matches()
                ? "yes"
                : PLAIN.matcher(scheme).matches() ? "no" : "unknown";
    }

    private static Object entrances(EnvironmentView view) {
        var all = new TreeMap<String, Traffic.Entrance>();
        view.components()
                .values()
                .forEach(one ->
                        one.rules()
                                .at()
                                .forEach(at -> all.put(at.entrance().name(), at.entrance())));
        return each(all.values(), Facts::entrance);
    }

    private static Object entrance(Traffic.Entrance one) {
        Traffic.Tls tls = one.tls();
        return new Fill(Model.ENTRANCE)
                .with("name", one.name())
                .with("port", one.port())
                .with("tls", tls != null)
                .with("minimum", tls == null ? "" : tls.minimum())
                .with("proxied", !one.proxies().isEmpty())
                .made();
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
