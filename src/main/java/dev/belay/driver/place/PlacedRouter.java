package dev.belay.driver.place;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.kubernetes.ServiceRouter;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.util.List;
import java.util.Optional;

/// Our gateway and Services of clusters as one router: a line goes to where its revisions live, and
/// what is asked of a component to where it has a line.
public final class PlacedRouter implements Router {
    private final Router gateway;
    private final ServiceRouter services;

    public PlacedRouter(Router gateway, ServiceRouter services) {
        this.gateway = gateway;
        this.services = services;
    }

    private Router of(Work.Route work, Scope scope) {
        return services.routes(work, scope) ? services : gateway;
    }

    private Router of(Scope scope) {
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

    @Override
    public Answer shut(Work.Shut work, Order order) {
        return of(order.scope()).shut(work, order);
    }

    @Override
    public Answer open(Work.Open work, Order order) {
        return of(order.scope()).open(work, order);
    }

    @Override
    public Finding probeDoor(Work.Effect work, Order order) {
        return of(order.scope()).probeDoor(work, order);
    }

    @Override
    public void closeLongLived(Scope scope, String revision, List<String> instances) {
        of(scope).closeLongLived(scope, revision, instances);
    }

    @Override
    public Optional<Observed> observe(Scope scope) {
        return of(scope).observe(scope);
    }

    @Override
    public int inFlightAt(Scope scope, List<String> instances) {
        return of(scope).inFlightAt(scope, instances);
    }

    @Override
    public boolean counts(Scope scope) {
        return of(scope).counts(scope);
    }

    @Override
    public Doorway doorway(Scope scope) {
        return of(scope).doorway(scope);
    }

    /// A port of a Service is none of this host.
    @Override
    public boolean listens(int port) {
        return gateway.listens(port);
    }
}
