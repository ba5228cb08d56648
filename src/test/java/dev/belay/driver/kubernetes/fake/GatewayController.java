package dev.belay.driver.kubernetes.fake;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Says of routes what a gateway makes of them, as a controller of the Gateway API does: whether it
/// accepts them, and whether the Services are there that they lead to.
public final class GatewayController {
    private static final Kind ROUTE = Kind.named("HTTPRoute");
    private static final Kind SERVICE = Kind.named("Service");

    private final Objects objects;
    private volatile Mood mood = Mood.ACCEPTS;

    GatewayController(Objects objects) {
        this.objects = objects;
    }

    /// How it is disposed.
    public enum Mood {
        ACCEPTS,
        REFUSES,
        /// It is there, and says nothing new.
        SLEEPS,
    }

    public void mood(Mood now) {
        mood = now;
    }

    /// Looks at every route that changed since it was looked at.
    void tick() {
        if (mood != Mood.SLEEPS) {
            objects.store().list(ROUTE, "").forEach(this::look);
        }
    }

    private void look(ObjectNode route) {
        if (Tree.isLeaving(route)) {
            return;
        }
        ObjectNode status = Tree.object();
        ArrayNode parents = status.putArray("parents");
        for (JsonNode parent : Tree.at(route, "spec", "parentRefs")) {
            ObjectNode one = parents.addObject();
            one.set("parentRef", parent.deepCopy());
            one.put("controllerName", "example.org/gateway");
            ArrayNode conditions = one.putArray("conditions");
            boolean accepts = mood == Mood.ACCEPTS;
            say(conditions, route, "Accepted", accepts ? "" : "NotAllowedByListeners", "");
            Optional<String> missing = missing(route);
            say(
                    conditions,
                    route,
                    "ResolvedRefs",
                    missing.isEmpty() ? "" : "BackendNotFound",
                    missing.map(name -> "there is no Service " + name).orElse(""));
        }
        if (!status.equals(route.path("status"))) {
            ObjectNode now = route.deepCopy();
            now.set("status", status);
            try {
                objects.store().replace(ROUTE, now, Store.version(route));
            } catch (Refusal changed) {
                // It is looked at again as it is by then.
            }
        }
    }

    private Optional<String> missing(ObjectNode route) {
        return Tree.each(Tree.at(route, "spec", "rules"))
                .flatMap(rule -> Tree.each(rule.path("backendRefs")))
                .map(backend -> Tree.text(backend, "name"))
                .filter(name ->
                        objects.store().find(SERVICE, Tree.namespace(route), name).isEmpty())
                .findFirst();
    }

    private static void say(
            ArrayNode conditions, ObjectNode route, String type, String reason, String message) {
        conditions
                .addObject()
                .put("type", type)
                .put("status", reason.isEmpty() ? "True" : "False")
                .put("reason", reason.isEmpty() ? type : reason)
                .put("message", message)
                .put("observedGeneration", Tree.number(route, "metadata", "generation"));
    }

    /// To whom a route leads, with which weight.
    public static List<String> led(JsonNode route) {
        return Tree.each(Tree.at(route, "spec", "rules").path(0).path("backendRefs"))
                .map(one -> Tree.text(one, "name") + "=" + Tree.number(one, "weight"))
                .toList();
    }
}
