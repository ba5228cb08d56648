package dev.belay.gateway.handover;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// A successor's side of the conversation with the gateway whose place it takes.
public final class TakeOver {
    /// How long what runs long, such as WebSockets, may go on in the predecessor.
    public static final Duration DRAIN = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);

    private TakeOver() {}

    /// Returns when the heir serves.
    ///
    /// @param socket where the predecessor offers itself
    /// @throws IOException when it does not; the predecessor then serves on, if it lives
    public static void from(
            Path socket, EventLoopGroup loops, String build, Duration drain, Heir heir)
            throws IOException {
        try (Line line = Line.to(socket, loops)) {
            line.say(
                    Line.message("hello")
                            .put("protocol", Offer.PROTOCOL)
                            .put("build", build)
                            .put("pid", ProcessHandle.current().pid()));
            heir.prepare(Will.read(line.hear("table", Offer.STEP_WITHIN)));
            line.say(Line.message("ready"));
            JsonNode last = line.hear("sockets", Offer.STEP_WITHIN);
            heir.settle(Will.read(last), receive(line, last.path("sockets")));
            own(line, heir);
            heir.serve();
            leave(line, drain);
        }
    }

    private static List<Listening> receive(Line line, JsonNode sockets) throws IOException {
        List<Listening> received = new ArrayList<>();
        line.expectDescriptors();
        try {
            for (JsonNode socket : sockets) {
                if (received.size() % Offer.BATCH == 0) {
                    line.say(Line.message("send"));
                }
                received.add(
                        new Listening(
                                socket.path("address").asString(""),
                                socket.path("port").asInt(),
                                line.receive(Offer.STEP_WITHIN)));
            }
        } catch (IOException e) {
            received.forEach(Listening::close);
            throw e;
        }
        line.expectMessages();
        return received;
    }

    private static void own(Line line, Heir heir) throws IOException {
        try {
            line.say(Line.message("got").put("pid", ProcessHandle.current().pid()));
            line.hear("yours", Offer.STEP_WITHIN);
        } catch (IOException e) {
            LOG.warn("the predecessor was lost: {}; the lock decides", e.getMessage());
        }
        heir.own();
    }

    private static void leave(Line line, Duration drain) {
        try {
            line.say(Line.message("serving").put("drainMillis", drain.toMillis()));
            line.hear("draining", Offer.STEP_WITHIN);
        } catch (IOException e) {
            LOG.warn("the predecessor ended before it said that it drains: {}", e.getMessage());
        }
    }
}
