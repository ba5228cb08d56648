package dev.belay.driver.kubernetes.fake;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.ObjectNode;

/// The answer to a watch: one line of JSON for each change, and bookmarks in between.
final class WatchAnswer {
    private static final long BOOKMARK_EVERY_MILLIS = 250;

    private final Store store;
    private final ApiServer.Ask ask;

    WatchAnswer(Store store, ApiServer.Ask ask) {
        this.store = store;
        this.ask = ask;
    }

    void write(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        List<ObjectNode> present = new ArrayList<>();
        String from = ask.get("resourceVersion");
        Store.Watch watch;
        try {
            watch =
                    from.isEmpty() || from.equals("0")
                            ? store.watchFromNow(
                                    this::wants, ask.kind(), ask.namespace(), present::add)
                            : store.watch(Long.parseLong(from), this::wants);
        } catch (Refusal gone) {
            line(out, "ERROR", gone.status());
            return;
        }
        try (watch) {
            for (ObjectNode one : present) {
                if (ApiServer.wants(ask, one)) {
                    line(out, "ADDED", ApiServer.shown(ask.kind(), one));
                }
            }
            go(out, watch);
        }
    }

    private void go(OutputStream out, Store.Watch watch) throws IOException, InterruptedException {
        String limit = ask.get("timeoutSeconds");
        long end =
                System.nanoTime()
                        + TimeUnit.SECONDS.toNanos(limit.isEmpty() ? 1800 : Long.parseLong(limit));
        while (!watch.isCut() && System.nanoTime() < end) {
            long seen = store.version();
            Store.Change change =
                    watch.changes().poll(BOOKMARK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
            if (change != null) {
                tell(out, change);
            } else if (ask.get("allowWatchBookmarks").equals("true")) {
                ObjectNode mark = Tree.object();
                mark.put("apiVersion", ask.kind().apiVersion()).put("kind", ask.kind().name());
                Tree.in(mark, "metadata").put("resourceVersion", Long.toString(seen));
                line(out, "BOOKMARK", mark);
            }
        }
    }

    private boolean wants(Store.Change change) {
        return change.kind().stored().equals(ask.kind().stored())
                && (ApiServer.wants(ask, change.after())
                        || (change.before() != null && ApiServer.wants(ask, change.before())));
    }

    private void tell(OutputStream out, Store.Change change) throws IOException {
        boolean is = ApiServer.wants(ask, change.after());
        boolean was = change.before() != null && ApiServer.wants(ask, change.before());
        String type =
                change.type() == Store.Change.Type.DELETED || !is
                        ? "DELETED"
                        : was ? "MODIFIED" : "ADDED";
        line(out, type, ApiServer.shown(ask.kind(), change.after()));
    }

    private static void line(OutputStream out, String type, ObjectNode object) throws IOException {
        ObjectNode event = Tree.object();
        event.put("type", type);
        event.set("object", object);
        out.write((event + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
