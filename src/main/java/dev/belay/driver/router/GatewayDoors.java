package dev.belay.driver.router;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.gateway.Door;
import dev.belay.gateway.GatewayClient;
import dev.belay.gateway.PublishReply;
import dev.belay.gateway.RouteKey;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Doors of our gateway, as releases shut and open them: with the scope's token, so that no call
/// that comes late shuts out users of a release which has ended, and each only its own.
final class GatewayDoors {
    /// Who comes after the announced end asks again soon.
    private static final Duration OVERDUE = Duration.ofMinutes(1);

    private static final int PASS_BYTES = 32;

    private final GatewayClient gateway;
    private final ToLongFunction<String> announced;
    private final SecureRandom random = new SecureRandom();

    GatewayDoors(GatewayClient gateway, ToLongFunction<String> announced) {
        this.gateway = gateway;
        this.announced = announced;
    }

    Answer shut(Work.Shut work, Order order) {
        RouteKey key = GatewayRouter.key(order.scope());
        long now = System.currentTimeMillis();
        long from = announced.applyAsLong(order.release());
        long until = work.maintenance().until(from, now);
        Door.Maintenance present = ours(key, order.release());
        byte[] pass = new byte[PASS_BYTES];
        random.nextBytes(pass);
        var door =
                new Door.Maintenance(
                        present == null ? now : present.since(),
                        OVERDUE,
                        List.of(),
                        work.platform(),
                        "",
                        new Door.Announced(
                                order.release(),
                                present == null ? until : present.announced().until(),
                                work.maintenance().text(),
                                HexFormat.of().formatHex(pass)));
        PublishReply reply = gateway.shut(key, door, order.token());
        if (!(reply instanceof PublishReply.Published)) {
            return GatewayRouter.answer(reply);
        }
        Door.Maintenance stands = ours(key, order.release());
        return new Answer.Done(
                stands == null
                        ? "a person has shut it already, and opens it: see `belay status`"
                        : "until " + text(stands.announced().until()));
    }

    Answer open(Work.Open work, Order order) {
        RouteKey key = GatewayRouter.key(order.scope());
        PublishReply reply = gateway.open(key, order.release(), order.token());
        return switch (reply) {
            case PublishReply.Published _ ->
                    new Answer.Done(
                            door(key) == null
                                    ? "requests come through"
                                    : "a person has shut it, and opens it: see `belay status`");
            case PublishReply.Malformed _ ->
                    new Answer.Done("nothing leads to `" + work.component() + "` any more");
            case PublishReply.Stale _,
                    PublishReply.NotReady _,
                    PublishReply.PortTaken _,
                    PublishReply.RouteTaken _,
                    PublishReply.Unreachable _ ->
                    GatewayRouter.answer(reply);
        };
    }

    Finding probe(Work.Effect work, Order order) {
        RouteKey key = GatewayRouter.key(order.scope());
        try {
            GatewayClient.Seal seal = gateway.seal(key, order.token() - 1);
            if (seal.last() >= order.token()) {
                return new Finding.Stale(seal.last());
            }
            boolean done =
                    work instanceof Work.Shut
                            ? door(key) != null
                            : ours(key, order.release()) == null;
            return done ? new Finding.Done("in force") : new Finding.NotDone();
        } catch (IOException | UncheckedIOException e) {
            return new Finding.Unknown(String.valueOf(e.getMessage()));
        }
    }

    Router.Doorway way(Scope scope) {
        return switch (door(GatewayRouter.key(scope))) {
            case null -> new Router.Doorway.Free();
            case Door.Maintenance shut when !shut.announced().pass().isEmpty() ->
                    new Router.Doorway.ByPass(Door.Announced.HEADER, shut.announced().pass());
            case Door.Maintenance _, Door.Hold _ -> new Router.Doorway.Barred();
        };
    }

    private Door.@Nullable Maintenance ours(RouteKey key, String release) {
        return door(key) instanceof Door.Maintenance shut && shut.by().equals(release)
                ? shut
                : null;
    }

    private @Nullable Door door(RouteKey key) {
        try {
            GatewayClient.ShutDoor shut = gateway.doors().get(key);
            return shut == null ? null : shut.door();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(long moment) {
        return Instant.ofEpochMilli(moment).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
