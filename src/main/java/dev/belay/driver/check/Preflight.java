package dev.belay.driver.check;

import dev.belay.driver.Look;
import dev.belay.driver.Router;
import dev.belay.driver.Target;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.driver.probe.PortHolder;
import dev.belay.release.Digest;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Everything that can be known to be wrong before anything is touched, all of it together.
final class Preflight {
    private final ValueProvider provider;
    private final ArtifactStore artifacts;
    private final Router router;
    private final Tools tools = new Tools();

    Preflight(ValueProvider provider, ArtifactStore artifacts, Router router) {
        this.provider = provider;
        this.artifacts = artifacts;
        this.router = router;
    }

    /// @param elsewhere what is missing where the environment lives; empty where that is here
    Look look(Work.Preflight work, Scope scope, Optional<List<Target.Unmet>> elsewhere) {
        var wrong = new ArrayList<String>();
        var hints = new ArrayList<String>();
        variables(work, scope, wrong, hints);
        for (Tools.Missing missing : tools.missing(work.tools())) {
            wrong.add(missing.reason());
            hints.add(missing.hint());
        }
        elsewhere.ifPresentOrElse(
                unmet ->
                        unmet.forEach(one -> {
                            wrong.add(one.reason());
                            hints.add(one.hint());
                        }),
                () -> ports(work, wrong, hints));
        artifacts(work, wrong);
        if (wrong.isEmpty()) {
            return new Look.Done("all there" + origins(work, scope));
        }
        return new Look.Failed(String.join("; ", wrong), String.join("; ", hints), "");
    }

    private void variables(
            Work.Preflight work, Scope scope, List<String> wrong, List<String> hints) {
        var missing = new TreeSet<String>();
        var failures = new TreeMap<String, String>();
        for (String name : work.variables()) {
            try {
                Optional<Secret> value = provider.find(scope.environment(), name);
                if (value.isEmpty() || value.get().use(String::isEmpty)) {
                    missing.add(name);
                }
            } catch (SecretFailure e) {
                failures.put(e.reason(), e.hint());
            }
        }
        wrong.addAll(failures.keySet());
        hints.addAll(failures.values());
        if (!missing.isEmpty()) {
            wrong.add("required variables have no value: `" + String.join("`, `", missing) + "`");
            hints.add("set them in the environment file; `belay check` explains each");
        }
    }

    /// Which values these are, where a store of secrets has them: what somebody asks for who has to
    /// know with what a release began.
    private String origins(Work.Preflight work, Scope scope) {
        var said = new TreeMap<String, String>();
        for (String name : work.sources().keySet()) {
            provider.origin(scope.environment(), name)
                    .ifPresent(origin -> said.put(name, origin.said()));
        }
        return said.isEmpty()
                ? ""
                : said.entrySet().stream()
                        .map(one -> "`%s` from %s".formatted(one.getKey(), one.getValue()))
                        .collect(Collectors.joining(", ", "; ", ""));
    }

    private void ports(Work.Preflight work, List<String> wrong, List<String> hints) {
        for (int port : new TreeSet<>(work.ports())) {
            if (!isFree(port) && !router.listens(port)) {
                Optional<PortHolder> holder = PortHolder.of(port);
                wrong.add("port " + port + " is taken" + PortHolder.said(holder));
                hints.add(
                        holder.filter(held -> held.gateway() && held.astray())
                                .map(held ->
                                        "end it with `belay down` in `%s`, then deploy again"
                                                .formatted(held.home()))
                                .orElse("stop it, or choose another `port` or `port-offset`"));
            }
        }
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private void artifacts(Work.Preflight work, List<String> wrong) {
        for (Digest digest : new TreeSet<>(work.artifacts())) {
            try {
                switch (artifacts.verify(digest)) {
                    case ArtifactStore.Soundness.Sound _ -> {}
                    case ArtifactStore.Soundness.Missing _ ->
                            wrong.add("artifact " + digest.brief() + " is not in the store");
                    case ArtifactStore.Soundness.Damaged(String why) ->
                            wrong.add("artifact " + digest.brief() + " is damaged: " + why);
                }
            } catch (IOException e) {
                wrong.add("artifact " + digest.brief() + " cannot be read: " + e.getMessage());
            }
        }
    }
}
