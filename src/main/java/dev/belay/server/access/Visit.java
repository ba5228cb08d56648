package dev.belay.server.access;

import dev.belay.release.Actor;
import dev.belay.release.people.Action;
import dev.belay.release.people.Grant;
import dev.belay.release.people.Powers;
import dev.belay.release.people.Right;
import dev.belay.server.people.NotAllowed;
import dev.belay.server.people.NotKnown;
import dev.belay.server.people.People;
import dev.belay.server.people.Visitor;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/// One request of somebody known: who it is, and what was asked for on the way in, which must stay
/// allowed as long as the answer goes on.
public final class Visit {
    private static final String ATTRIBUTE = "belay.visit";

    private final People people;
    private final Visitor visitor;
    private volatile List<Right> demanded = List.of();

    public Visit(People people, Visitor visitor) {
        this.people = people;
        this.visitor = visitor;
    }

    /// The one of this request.
    ///
    /// @throws IllegalStateException when nobody was let in: then nothing may be done
    public static Visit of(Context ctx) {
        Visit visit = ctx.attribute(ATTRIBUTE);
        if (visit == null) {
            throw new IllegalStateException(ctx.path() + " is served to somebody unknown");
        }
        return visit;
    }

    /// Makes it the one of this request.
    public void enter(Context ctx) {
        ctx.attribute(ATTRIBUTE, this);
    }

    public Visitor visitor() {
        return visitor;
    }

    public Actor actor() {
        return visitor.actor();
    }

    /// Asks for these rights, now and for as long as the request lasts.
    ///
    /// @throws NotAllowed when one is missing
    public void demand(List<Right> rights) {
        if (!people.knows(visitor)) {
            throw new NotKnown(visitor);
        }
        if (!people.allows(visitor, rights)) {
            throw new NotAllowed(visitor, rights);
        }
        var all = new ArrayList<>(demanded);
        all.addAll(rights);
        demanded = List.copyOf(all);
    }

    /// Asks for an action anywhere.
    ///
    /// @throws NotAllowed when there is no environment where he may
    public void demandSomewhere(Action action) {
        if (!people.powers(visitor).allowsSomewhere(action)) {
            throw new NotAllowed(visitor, List.of(new Right(action, Grant.EVERYWHERE)));
        }
    }

    /// Whether he may see what is in that environment.
    public boolean sees(String environment) {
        return people.allows(visitor, List.of(new Right(Action.READ, environment)));
    }

    /// Whether nothing is kept from him.
    public boolean seesEverything() {
        return sees(Grant.EVERYWHERE);
    }

    /// The environments that he may see, for who may not see all.
    public Set<String> seen() {
        Powers powers = people.powers(visitor);
        return powers.environments(Action.READ);
    }

    /// Whether he is still known, and still may do what was asked for. Whatever goes on for long
    /// asks again and again.
    public boolean goesOn() {
        return people.allows(visitor, demanded);
    }

    /// Does what was asked for while nobody can take the right to it away.
    ///
    /// @throws NotAllowed when somebody just did
    public <T> T during(Supplier<T> doing) {
        return people.during(visitor, demanded, doing);
    }
}
