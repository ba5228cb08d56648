package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The doors of all components, as requests find them.
final class Doors {
    /// A hold is meant to be short.
    private static final Duration SOON = Duration.ofSeconds(5);

    private final Map<RouteKey, DoorCounts> counts = new ConcurrentHashMap<>();

    DoorCounts of(RouteKey key) {
        return counts.computeIfAbsent(key, _ -> new DoorCounts());
    }

    /// Those of all components that ever had a door, in order.
    SortedMap<RouteKey, DoorCounts> all() {
        return new TreeMap<>(counts);
    }

    /// What deals with a request for a line whose door is not open; null when it passes.
    @Nullable Exchange meets(
            Client client, HttpRequest request, Table.Entry entry, Transcript transcript) {
        return switch (entry.door()) {
            case null -> null;
            case Door.Hold hold -> hold(client, request, entry, hold, transcript);
            case Door.Maintenance shut ->
                    passes(client, request, shut)
                            ? null
                            : new ShutExchange(
                                    client,
                                    request,
                                    entry,
                                    transcript,
                                    DoorCounts.Outcome.MAINTENANCE,
                                    Notice.of(
                                            shut, entry.route().key(), System.currentTimeMillis()));
        };
    }

    private static boolean passes(Client client, HttpRequest request, Door.Maintenance shut) {
        if (shows(request, shut.announced().pass())) {
            return true;
        }
        if (shut.allow().isEmpty()) {
            return false;
        }
        var address = Visitor.address(client.peer(), request.headers());
        return address != null
                && shut.allow().stream().anyMatch(network -> network.contains(address));
    }

    /// Whether the request has the door's pass, which goes no further than here.
    private static boolean shows(HttpRequest request, String pass) {
        String shown = request.headers().get(Door.Announced.HEADER);
        boolean right =
                shown != null
                        && !pass.isEmpty()
                        && MessageDigest.isEqual(
                                shown.getBytes(StandardCharsets.UTF_8),
                                pass.getBytes(StandardCharsets.UTF_8));
        if (right) {
            request.headers().remove(Door.Announced.HEADER);
        }
        return right;
    }

    private Exchange hold(
            Client client,
            HttpRequest request,
            Table.Entry entry,
            Door.Hold hold,
            Transcript transcript) {
        DoorCounts here = of(entry.route().key());
        if (!here.enter(hold.atMost())) {
            String why = "The component is held, and " + hold.atMost() + " requests wait already.";
            return new ShutExchange(
                    client, request, entry, transcript, DoorCounts.Outcome.COUNT, busy(why));
        }
        long granted = HeldExchange.firstGrant(request);
        if (!here.take(granted, hold.bytes())) {
            here.leave();
            String why = "The component is held, and no more of requests' bodies can be kept.";
            return new ShutExchange(
                    client, request, entry, transcript, DoorCounts.Outcome.BYTES, busy(why));
        }
        return new HeldExchange(client, request, entry, hold, transcript, granted);
    }

    static Notice busy(String why) {
        return new Notice("One moment", why, SOON, "");
    }

    // --- told -----------------------------------------------------------------------------------

    /// Adds who waits and what came of them; nothing where no door ever was.
    void write(ObjectNode json) {
        if (counts.isEmpty()) {
            return;
        }
        var doors = json.putArray("doors");
        all().forEach((key, one) -> {
            ObjectNode line = doors.addObject();
            line.put("environment", key.environment()).put("component", key.component());
            line.put("waiting", one.waiting()).put("kept", one.bytes());
            for (DoorCounts.Outcome outcome : DoorCounts.Outcome.values()) {
                line.put(outcome.label(), one.of(outcome));
            }
        });
    }

    /// Adds what a predecessor counted, written by [#write]: each number that only grows.
    void inherit(JsonNode json) {
        for (JsonNode line : json.path("doors")) {
            DoorCounts one = of(TableJson.key(line));
            for (DoorCounts.Outcome outcome : DoorCounts.Outcome.values()) {
                one.add(outcome, line.path(outcome.label()).asLong(0));
            }
        }
    }
}
