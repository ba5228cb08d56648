package dev.belay.gateway;

import dev.belay.gateway.handover.Heir;
import dev.belay.gateway.handover.Listening;
import dev.belay.gateway.handover.Will;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// A gateway that comes to its place by taking another's.
final class Inheritance implements Heir, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Inheritance.class);
    private static final Duration OWNED_WITHIN = Duration.ofSeconds(5);
    private static final Duration ASK_AGAIN_AFTER = Duration.ofMillis(250);

    /// A member may have been slow just once; the predecessor has known it for longer.
    private static final int ASKED_AT_MOST = 3;

    private final FolderLock lock;
    private final Loops loops;
    private final boolean listensWhereToldTo;
    private GatewayOptions options;
    private @Nullable GatewayParts parts;
    private @Nullable Table table;
    private @Nullable Succession succession;

    /// @param listensWhereToldTo whether the options' addresses hold, not the predecessor's
    Inheritance(GatewayOptions options, Loops loops, FolderLock lock, boolean listensWhereToldTo) {
        this.options = options;
        this.loops = loops;
        this.lock = lock;
        this.listensWhereToldTo = listensWhereToldTo;
    }

    GatewayOptions options() {
        return options;
    }

    Succession succession() {
        return Objects.requireNonNull(succession, "it does not serve yet");
    }

    @Override
    public void prepare(Will draft) throws IOException {
        if (!listensWhereToldTo) {
            options = options.listeningOn(draft.addresses());
        }
        parts = GatewayParts.of(options, loops, System.getenv());
        for (int i = 0; i < ASKED_AT_MOST; i++) {
            Table asked = parts.keeper().prepare(draft.table());
            if (TableKeeper.well(asked)) {
                return;
            }
            // Whatever is wrong with them, the predecessor sends requests there.
            TableKeeper.trust(asked);
            LockSupport.parkNanos(ASK_AGAIN_AFTER.toNanos());
        }
    }

    private GatewayParts parts() {
        return Objects.requireNonNull(parts, "it was not prepared");
    }

    @Override
    public void settle(Will last, List<Listening> sockets) throws IOException {
        parts().listeners().inherit(sockets);
        table = parts().keeper().trusted(last.table());
        inherit(last.challenges());
    }

    /// An order that is under way goes on; without them it fails, and is tried again later.
    private void inherit(String challenges) {
        try {
            parts().proxy()
                    .challenges()
                    .replace(RouteJson.MAPPER.readTree(challenges))
                    .filter(problems -> !problems.isEmpty())
                    .ifPresent(problems -> LOG.warn("challenges are not taken over: {}", problems));
        } catch (JacksonException e) {
            LOG.warn("challenges are not taken over: {}", e.getOriginalMessage());
        }
    }

    @Override
    public void own() throws IOException {
        if (!lock.takeWithin(OWNED_WITHIN)) {
            throw new IOException("the gateway that was to hand over has kept its place");
        }
    }

    /// Connections first: requests wait for nobody.
    @Override
    public void serve() throws IOException {
        parts().keeper().serve(Objects.requireNonNull(table, "it was not settled"));
        parts().listeners().disown();
        parts().predecessors().discover();
        parts().keeper().freeze();
        // It may have been changed since this gateway began to prepare itself.
        parts().proxy().chronicle().logKeeper().restore();
        succession = new Succession(parts(), lock);
    }

    /// Lets go of everything.
    @Override
    public void close() throws IOException {
        if (parts != null) {
            parts.close();
        } else {
            loops.close();
        }
        lock.close();
    }
}
