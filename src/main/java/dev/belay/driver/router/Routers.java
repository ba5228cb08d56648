package dev.belay.driver.router;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.haproxy.HaproxyRouter;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.util.List;

/// Our gateway and HAProxy on one host: each component has its line at one of them. Which, a line
/// says that leads to anybody; one that leads nowhere is for whoever has the line.
public final class Routers extends ForwardingRouter {
    private final Router gateway;
    private final HaproxyRouter haproxy;

    public Routers(Router gateway, HaproxyRouter haproxy) {
        this.gateway = gateway;
        this.haproxy = haproxy;
    }

    @Override
    protected Router of(Scope scope) {
        return haproxy.has(scope) ? haproxy : gateway;
    }

    private boolean isForHaproxy(Work.Route work, Scope scope) {
        return work.traffic().equals(Traffic.NOWHERE)
                ? haproxy.has(scope)
                : work.traffic().rules().by() == Traffic.Carrier.HAPROXY;
    }

    @Override
    public Answer route(Work.Route work, Order order) {
        boolean carried = isForHaproxy(work, order.scope());
        Router wanted = carried ? haproxy : gateway;
        Router other = carried ? gateway : haproxy;
        if (other.observe(order.scope()).isPresent()) {
            return new Answer.Failed(
                    "`%s` is carried by another router than it is to be"
                            .formatted(order.scope().name()),
                    "a port changes hands only while nobody comes: remove the component"
                            + " (`belay down`), and deploy it again",
                    false);
        }
        return wanted.route(work, order);
    }

    @Override
    public Finding probe(Work.Route work, Order order) {
        Router wanted = isForHaproxy(work, order.scope()) ? haproxy : gateway;
        return wanted.probe(work, order);
    }

    @Override
    public int inFlightAt(Scope scope, List<String> instances) {
        return gateway.inFlightAt(scope, instances) + haproxy.inFlightAt(scope, instances);
    }

    @Override
    public boolean listens(int port) {
        return haproxy.listens(port) || gateway.listens(port);
    }
}
