package dev.belay.server.operations;

import dev.belay.gateway.Door;
import dev.belay.gateway.GatewayClient;
import dev.belay.gateway.PublishReply;
import dev.belay.gateway.RouteKey;
import dev.belay.manifest.EnvironmentView;
import dev.belay.problem.Nearest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Shuts components' doors at the gateway, and opens them. Not a matter of releases: these go on
/// meanwhile, and the gateway alone remembers.
public final class Doorkeeper {
    private final GatewayClient gateway;

    public Doorkeeper(GatewayClient gateway) {
        this.gateway = gateway;
    }

    /// Shuts some components' doors, one after the other.
    ///
    /// @param named none is every component that gets requests
    /// @param door what becomes of requests, since the given milliseconds of the epoch
    public List<DoorStatus> shut(
            EnvironmentView view, List<String> named, LongFunction<Door> door) {
        Map<RouteKey, GatewayClient.ShutDoor> before = doors();
        var keys = keys(view, named, before);
        long now = System.currentTimeMillis();
        for (RouteKey key : keys) {
            Door wanted = door.apply(now);
            check(key, gateway.shut(key, since(before.get(key), wanted, door)));
        }
        return DoorStatus.of(doors(), view.environment(), now).stream()
                .filter(one -> keys.contains(new RouteKey(view.environment(), one.component())))
                .toList();
    }

    /// Other bounds make nobody's wait shorter: it is so since it began.
    private static Door since(
            GatewayClient.@Nullable ShutDoor before, Door wanted, LongFunction<Door> door) {
        boolean same = before != null && before.door().getClass() == wanted.getClass();
        return before != null && same ? door.apply(before.door().since()) : wanted;
    }

    /// Opens some components' doors.
    ///
    /// @param named none is every one that is shut
    public List<DoorStatus> open(EnvironmentView view, List<String> named) {
        Map<RouteKey, GatewayClient.ShutDoor> before = doors();
        List<RouteKey> keys =
                named.isEmpty()
                        ? before.keySet().stream()
                                .filter(key -> key.environment().equals(view.environment()))
                                .toList()
                        : keys(view, named, before);
        var opened = new ArrayList<DoorStatus>();
        for (RouteKey key : keys) {
            check(key, gateway.open(key));
            GatewayClient.ShutDoor shut = before.get(key);
            opened.add(DoorStatus.open(key.component(), shut == null ? 0 : shut.waiting()));
        }
        return opened;
    }

    private List<RouteKey> keys(
            EnvironmentView view,
            List<String> named,
            Map<RouteKey, GatewayClient.ShutDoor> before) {
        var known = new TreeSet<>(view.components().keySet());
        before.keySet().stream()
                .filter(key -> key.environment().equals(view.environment()))
                .forEach(key -> known.add(key.component()));
        for (String name : named) {
            if (!known.contains(name)) {
                throw Denied.unknown(
                        "request/unknown-component",
                        "component",
                        name,
                        "`" + view.platform() + "` has no such component",
                        Nearest.hint(name, known));
            }
        }
        List<RouteKey> routed = routed(view.environment());
        List<RouteKey> keys =
                named.isEmpty()
                        ? routed
                        : named.stream()
                                .distinct()
                                .map(name -> new RouteKey(view.environment(), name))
                                .toList();
        for (RouteKey key : keys) {
            if (!routed.contains(key)) {
                throw Denied.refusal(
                        "`%s` gets no requests in `%s`"
                                .formatted(key.component(), key.environment()),
                        "only what was deployed and has a port can be held or shut");
            }
        }
        if (keys.isEmpty()) {
            throw Denied.refusal(
                    "nothing gets requests in `" + view.environment() + "`",
                    "deploy something first");
        }
        return keys;
    }

    /// Opens the doors of some components that were shut at a known moment, as nobody else will.
    ///
    /// @param since milliseconds of the epoch, by which they are known; what anybody else shut
    ///   stays
    void openOurs(String environment, List<String> components, long since) {
        for (Map.Entry<RouteKey, GatewayClient.ShutDoor> shut : doors().entrySet()) {
            RouteKey key = shut.getKey();
            if (key.environment().equals(environment)
                    && components.contains(key.component())
                    && shut.getValue().door().since() == since) {
                check(key, gateway.open(key));
            }
        }
    }

    /// Whether some of these components' doors are still shut since a known moment.
    boolean areShut(String environment, List<String> components, long since) {
        return doors().entrySet().stream()
                .anyMatch(shut ->
                        shut.getKey().environment().equals(environment)
                                && components.contains(shut.getKey().component())
                                && shut.getValue().door().since() == since);
    }

    /// Names of the components that get requests, and of which nobody shut the door.
    List<String> openOnes(EnvironmentView view) {
        Map<RouteKey, GatewayClient.ShutDoor> shut = doors();
        return routed(view.environment()).stream()
                .filter(key -> !shut.containsKey(key))
                .map(RouteKey::component)
                .toList();
    }

    private List<RouteKey> routed(String environment) {
        try {
            var keys = new ArrayList<RouteKey>();
            for (JsonNode line : gateway.routes().path("routes")) {
                if (line.has("route")
                        && line.path("environment").asString("").equals(environment)) {
                    keys.add(new RouteKey(environment, line.path("component").asString("")));
                }
            }
            return keys;
        } catch (IOException e) {
            throw silent(String.valueOf(e.getMessage()));
        }
    }

    private Map<RouteKey, GatewayClient.ShutDoor> doors() {
        try {
            return gateway.doors();
        } catch (IOException e) {
            throw silent(String.valueOf(e.getMessage()));
        }
    }

    private static void check(RouteKey key, PublishReply reply) {
        switch (reply) {
            case PublishReply.Published _ -> {}
            case PublishReply.Malformed(var problems) ->
                    throw new Denied(new No.Problems(problems));
            case PublishReply.Unreachable(String message) ->
                    throw silent("for `" + key + "`: " + message);
            case PublishReply.Stale _,
                    PublishReply.NotReady _,
                    PublishReply.PortTaken _,
                    PublishReply.RouteTaken _ ->
                    throw new IllegalStateException("a door was answered with " + reply);
        }
    }

    private static Denied silent(String why) {
        return Denied.failure(
                "the gateway does not confirm it: " + why,
                "`belay status` says what is held or shut; do it once more");
    }
}
