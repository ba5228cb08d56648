package dev.belay.driver.place;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.kubernetes.ServiceRouter;
import dev.belay.driver.router.ForwardingRouter;
import dev.belay.release.Scope;
import dev.belay.release.Work;

/// Our gateway and Services of clusters as one router: a line goes to where its revisions live, and
/// what is asked of a component to where it has a line.
public final class PlacedRouter extends ForwardingRouter {
    private final Router gateway;
    private final ServiceRouter services;

    public PlacedRouter(Router gateway, ServiceRouter services) {
        this.gateway = gateway;
        this.services = services;
    }

    private Router of(Work.Route work, Scope scope) {
        return services.routes(work, scope) ? services : gateway;
    }

    @Override
    protected Router of(Scope scope) {
        return services.knows(scope) && services.observe(scope).isPresent() ? services : gateway;
    }

    @Override
    public Answer route(Work.Route work, Order order) {
        return of(work, order.scope()).route(work, order);
    }

    @Override
    public Finding probe(Work.Route work, Order order) {
        return of(work, order.scope()).probe(work, order);
    }

    /// A port of a Service is none of this host.
    @Override
    public boolean listens(int port) {
        return gateway.listens(port);
    }
}
