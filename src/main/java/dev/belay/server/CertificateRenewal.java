package dev.belay.server;

import dev.belay.gateway.GatewayClient;
import dev.belay.server.operations.CertificateOrders;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees to it that the entrances that the gateway has open have the certificates that are ordered
/// for them; on a thread of its own, since an authority may take its time.
final class CertificateRenewal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateRenewal.class);
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final Duration END_WITHIN = Duration.ofSeconds(10);

    private final GatewayClient gateway;
    private final CertificateOrders orders;
    private final Thread thread;
    private String complaint = "";

    CertificateRenewal(GatewayClient gateway, CertificateOrders orders) {
        this.gateway = gateway;
        this.orders = orders;
        thread = Thread.ofPlatform().name("belay-certificates").daemon().unstarted(this::work);
    }

    void start() {
        thread.start();
    }

    private void work() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                look();
                complain("");
            } catch (InterruptedException _) {
                return;
            } catch (IOException | RuntimeException e) {
                complain("no certificates are renewed: " + e);
            }
            try {
                Thread.sleep(EVERY);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    /// Where no entrance orders any, this is one question to the gateway.
    private void look() throws IOException, InterruptedException {
        List<String> open = new ArrayList<>();
        gateway.certificates().path("ordered").forEach(one -> open.add(one.asString("")));
        if (!open.isEmpty()) {
            orders.pass(open);
        }
    }

    /// Once, not every time.
    private void complain(String now) {
        if (!now.isEmpty() && !now.equals(complaint)) {
            LOG.error("{}", now);
        }
        complaint = now;
    }

    /// An order that is under way is given up; the next control plane makes another.
    @Override
    public void close() {
        thread.interrupt();
        try {
            if (!thread.join(END_WITHIN)) {
                LOG.warn("a certificate is still being ordered");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
