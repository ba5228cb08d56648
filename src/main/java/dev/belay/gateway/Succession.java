package dev.belay.gateway;

import dev.belay.gateway.handover.Estate;
import dev.belay.gateway.handover.Listening;
import dev.belay.gateway.handover.Offer;
import dev.belay.gateway.handover.Will;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who answers in the folder's name: this gateway, until a successor has the folder's lock.
final class Succession implements Estate, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Succession.class);
    private static final Duration REGAINED_WITHIN = Duration.ofSeconds(5);

    /// How far the present hand-over is.
    private enum Phase {
        SERVING,
        FROZEN,
        RELEASED,
        LEFT
    }

    private final GatewayParts parts;
    private final FolderLock lock;
    private final AdminApi own;
    private final FrontApi front;
    private final CountDownLatch drained = new CountDownLatch(1);
    private AdminServer admin;
    private @Nullable AdminServer drainSocket;
    private @Nullable Offer offer;
    private volatile Phase phase = Phase.FROZEN;

    /// Answers from here on; nothing can be changed before [#begin].
    Succession(GatewayParts parts, FolderLock lock) throws IOException {
        this.parts = parts;
        this.lock = lock;
        this.own = new AdminApi(parts.keeper(), parts.proxy(), parts.certificates());
        this.front =
                new FrontApi(
                        own,
                        parts,
                        () -> phase != Phase.SERVING,
                        () -> phase == Phase.RELEASED || phase == Phase.LEFT);
        admin = new AdminServer(parts.options().socket(), front);
    }

    /// Takes changes from here on, and waits for a successor, where one can be. Not before the
    /// predecessor knows that its place is taken: it would take it back when this process ends.
    void begin() {
        parts.keeper().thaw();
        phase = Phase.SERVING;
        if (!parts.loops().passesSockets()) {
            LOG.info("without epoll this gateway cannot hand over to a successor");
            return;
        }
        try {
            offer = new Offer(parts.options().offer(), parts.loops().group(), this);
        } catch (IOException e) {
            LOG.warn("this gateway cannot hand over to a successor: {}", e.getMessage());
        }
    }

    @Override
    public String obstacle() throws IOException {
        int drain = parts.predecessors().pids(parts::inherit).size();
        if (phase != Phase.SERVING) {
            return "it has handed over already";
        }
        return drain < Predecessors.MAX
                ? ""
                : drain + " gateways of before still serve what they had; wait for one to end";
    }

    @Override
    public Will draft() {
        return new Will(
                parts.keeper().write().toString(),
                parts.options().addresses(),
                parts.proxy().challenges().written());
    }

    @Override
    public Will freeze() throws IOException {
        long pid = ProcessHandle.current().pid();
        drainSocket =
                new AdminServer(
                        Predecessors.socket(parts.options().folder(), pid),
                        new DrainApi(own, parts.keeper()));
        phase = Phase.FROZEN;
        parts.keeper().freeze();
        parts.proxy().challenges().freeze();
        return draft();
    }

    @Override
    public List<Listening> sockets() {
        return parts.listeners().sockets();
    }

    @Override
    public void release() throws IOException {
        phase = Phase.RELEASED;
        lock.close();
    }

    @Override
    public boolean regain() {
        try {
            if (!lock.takeWithin(REGAINED_WITHIN)) {
                return false;
            }
            // The successor may have put its own socket there.
            AdminServer before = admin;
            admin = new AdminServer(parts.options().socket(), front);
            before.close();
            return true;
        } catch (IOException e) {
            LOG.error("the place cannot be taken back: {}", e.getMessage());
            letGo();
            return false;
        }
    }

    /// With the lock, nobody else could serve.
    private void letGo() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.error("the folder's lock cannot be released: {}", e.getMessage());
        }
    }

    @Override
    public void thaw() {
        parts.keeper().thaw();
        parts.proxy().challenges().thaw();
        phase = Phase.SERVING;
        AdminServer ours = drainSocket;
        drainSocket = null;
        if (ours != null) {
            ours.close();
        }
        LOG.info("no successor; this gateway goes on");
    }

    @Override
    public void leave(Duration limit) {
        phase = Phase.LEFT;
        try {
            parts.keeper().leave();
        } catch (IOException e) {
            LOG.warn("the table's file was not closed cleanly: {}", e.getMessage());
        }
        if (offer != null) {
            offer.close();
        }
        var drain =
                new Drain(
                        parts.loops(),
                        parts.options(),
                        () -> Counts.json(parts.keeper(), parts.proxy()));
        Thread.ofVirtual()
                .name("drain")
                .start(() -> {
                    drain.run(limit);
                    drained.countDown();
                });
    }

    /// Returns when a successor has the place and nothing is left to do.
    void await() throws InterruptedException {
        drained.await();
    }

    @Override
    public void close() throws IOException {
        if (offer != null) {
            offer.close();
        }
        admin.close();
        if (drainSocket != null) {
            drainSocket.close();
        }
        parts.close();
        lock.close();
    }
}
