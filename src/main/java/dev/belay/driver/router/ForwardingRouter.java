package dev.belay.driver.router;

import dev.belay.driver.Answer;
import dev.belay.driver.Answered;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Several routers as one: what is asked of a component goes to the router that has its line. Who
/// is to have a line that is set anew is for those to say who know the routers.
public abstract class ForwardingRouter implements Router {
    /// The router that has the line of a component now.
    protected abstract Router of(Scope scope);

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
    public Optional<Map<String, Answered>> answered(Scope scope) {
        return of(scope).answered(scope);
    }

    @Override
    public boolean counts(Scope scope) {
        return of(scope).counts(scope);
    }

    @Override
    public Doorway doorway(Scope scope) {
        return of(scope).doorway(scope);
    }
}
