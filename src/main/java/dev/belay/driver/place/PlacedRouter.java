package dev.belay.driver.place;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.command.CommandRouter;
import dev.belay.driver.kubernetes.ServiceRouter;
import dev.belay.driver.router.ForwardingRouter;
import dev.belay.release.Scope;
import dev.belay.release.Work;

/// Our gateway, Services of clusters and commands as one router: a line goes to where its revisions
/// live, and what is asked of a component to where it has a line.
public final class PlacedRouter extends ForwardingRouter {
    private final Router gateway;
    private final ServiceRouter services;
    private final CommandRouter commands;

    public PlacedRouter(Router gateway, ServiceRouter services, CommandRouter commands) {
        this.gateway = gateway;
        this.services = services;
        this.commands = commands;
    }

    private Router of(Work.Route work, Scope scope) {
        if (commands.routes(work, scope)) {
            return commands;
        }
        return services.routes(work, scope) ? services : gateway;
    }

    @Override
    protected Router of(Scope scope) {
        if (commands.knows(scope)) {
            return commands;
        }
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
