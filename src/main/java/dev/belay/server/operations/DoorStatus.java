package dev.belay.server.operations;

import dev.belay.gateway.Door;
import dev.belay.gateway.GatewayClient;
import dev.belay.gateway.RouteKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A component that the gateway does not let every new request through to, or that it does again.
///
/// @param state `on-hold`, `maintenance` or `open`
/// @param since milliseconds since the epoch; 0 when it is open
/// @param waiting requests that wait for it to open
/// @param overdue whether it is held for longer than a request may wait: who came first was turned
///   away
/// @param detail a sentence
public record DoorStatus(
        String component, String state, long since, int waiting, boolean overdue, String detail) {
    /// Those of one environment.
    public static List<DoorStatus> of(
            Map<RouteKey, GatewayClient.ShutDoor> doors, String environment, long now) {
        return doors.entrySet().stream()
                .filter(one -> one.getKey().environment().equals(environment))
                .map(one -> of(one.getKey(), one.getValue(), now))
                .toList();
    }

    private static DoorStatus of(RouteKey key, GatewayClient.ShutDoor shut, long now) {
        String way =
                "`belay gateway open %s %s` opens it".formatted(key.environment(), key.component());
        long since = shut.door().since();
        String lasts = time(Duration.ofMillis(Math.max(0, now - since)));
        return switch (shut.door()) {
            case Door.Hold hold -> {
                boolean overdue = now - since > hold.age().toMillis();
                String late =
                        overdue ? "; who waits longer than " + time(hold.age()) + " gets 503" : "";
                String detail =
                        "since %s, %d of %d wait%s; %s"
                                .formatted(lasts, shut.waiting(), hold.atMost(), late, way);
                yield new DoorStatus(
                        key.component(), "on-hold", since, shut.waiting(), overdue, detail);
            }
            case Door.Maintenance maintenance -> {
                int some = maintenance.allow().size();
                String allowed = some == 0 ? "" : ", open for " + some + " of your networks";
                String detail =
                        maintenance.by().isEmpty()
                                ? "since " + lasts + allowed + "; " + way
                                : "since "
                                        + lasts
                                        + ", "
                                        + byRelease(maintenance, now)
                                        + "; "
                                        + way;
                yield new DoorStatus(key.component(), "maintenance", since, 0, false, detail);
            }
        };
    }

    /// A release opens what it shut, unless people ended it otherwise.
    private static String byRelease(Door.Maintenance shut, long now) {
        long left = shut.announced().until() - now;
        return "by `%s`, which opens it when it is through; %s"
                .formatted(
                        shut.by(),
                        left > 0
                                ? "for " + time(Duration.ofMillis(left)) + " yet, as was announced"
                                : "it takes longer than was announced");
    }

    static DoorStatus open(String component, int waited) {
        String detail =
                waited == 0
                        ? "requests come through"
                        : "requests come through, first the " + waited + " that waited";
        return new DoorStatus(component, "open", 0, 0, false, detail);
    }

    /// In the largest unit of which there is one.
    private static String time(Duration time) {
        if (time.toHours() > 0) {
            return time.toHours() + " h";
        }
        if (time.toMinutes() > 0) {
            return time.toMinutes() + " min";
        }
        return time.toSeconds() > 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
