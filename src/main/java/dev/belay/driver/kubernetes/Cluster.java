package dev.belay.driver.kubernetes;

import dev.belay.cluster.ClusterVersion;
import dev.belay.driver.host.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A namespace of a cluster, as requests see it. Reads are tried again when the server fails, and
/// everything when it says that it has too much to do; a write that got no answer is never sent a
/// second time.
final class Cluster {
    /// Who we are among those who have fields of an object.
    static final String MANAGER = "belay";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String APPLY = "application/apply-patch+yaml";
    private static final int READ_TRIES = 4;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    /// What is asked at the very end has this: whoever waits grants a little more than he says.
    private static final Duration LAST_ANSWER = Duration.ofSeconds(2);

    private static final Duration ONE_ANSWER = Duration.ofSeconds(20);

    private final Wire wire;
    private final String namespace;
    private @Nullable ClusterVersion version;

    Cluster(Wire wire, String namespace) {
        this.wire = wire;
        this.namespace = namespace;
    }

    String namespace() {
        return namespace;
    }

    String where() {
        return wire.where();
    }

    // --- reading ------------------------------------------------------------------------------

    Optional<JsonNode> find(Resource kind, String name, Deadline deadline) throws IOException {
        try {
            return Optional.of(read(kind.path(namespace) + "/" + escaped(name), deadline));
        } catch (ClusterFailure e) {
            if (e.isMissing()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// @param selector of labels; empty for all
    List<JsonNode> list(Resource kind, String selector, Deadline deadline) throws IOException {
        return Trees.each(listed(kind, selector, deadline).path("items")).toList();
    }

    /// With the version at which a watch goes on.
    JsonNode listed(Resource kind, String selector, Deadline deadline) throws IOException {
        return read(kind.path(namespace) + selecting(selector), deadline);
    }

    private static String selecting(String selector) {
        return selector.isEmpty() ? "" : "?labelSelector=" + escaped(selector);
    }

    /// Changes after a version, a line each.
    BufferedReader watch(Resource kind, String selector, String after, Duration within)
            throws IOException {
        return wire.stream(
                kind.path(namespace)
                        + selecting(selector)
                        + (selector.isEmpty() ? "?" : "&")
                        + "watch=true&allowWatchBookmarks=true&resourceVersion="
                        + escaped(after)
                        + "&timeoutSeconds="
                        + within.toSeconds());
    }

    /// What somebody tells of an object, oldest first; nothing when that may not be read.
    List<JsonNode> events(String uid, Deadline deadline) throws IOException {
        try {
            return Trees.each(
                            read(
                                            Resource.EVENTS.path(namespace)
                                                    + "?fieldSelector="
                                                    + escaped("involvedObject.uid=" + uid),
                                            deadline)
                                    .path("items"))
                    .toList();
        } catch (ClusterFailure e) {
            return List.of();
        }
    }

    /// The last lines of a pod, or of its container before the present one; none when there are
    /// none to be had.
    List<String> log(String pod, int lines, boolean previous, Deadline deadline)
            throws IOException {
        String path =
                "%s/%s/log?tailLines=%d%s"
                        .formatted(
                                Resource.PODS.path(namespace),
                                escaped(pod),
                                lines,
                                previous ? "&previous=true" : "");
        return logged(path, deadline);
    }

    /// Lines of a pod, each after its time and a blank.
    ///
    /// @param which as the API has it, `tailLines=10`; empty for all
    List<String> timedLog(String pod, String which, Deadline deadline) throws IOException {
        return logged(
                "%s/%s/log?timestamps=true%s"
                        .formatted(
                                Resource.PODS.path(namespace),
                                escaped(pod),
                                which.isEmpty() ? "" : "&" + which),
                deadline);
    }

    private List<String> logged(String path, Deadline deadline) throws IOException {
        Wire.Reply reply = sent(Wire.Ask.get(path), deadline, true);
        return reply.isGood() ? reply.body().lines().toList() : List.of();
    }

    /// A connection to a port of a pod.
    Wire.Tunnel forward(String pod, int port, Wire.Ear ear) throws IOException {
        return wire.tunnel(
                "%s/%s/portforward?ports=%d"
                        .formatted(Resource.PODS.path(namespace), escaped(pod), port),
                "v4.channel.k8s.io",
                ear);
    }

    /// What the API server says that it is, asked once.
    synchronized ClusterVersion version(Deadline deadline) throws IOException {
        ClusterVersion known = version;
        if (known == null) {
            String said = Trees.text(read("/version", deadline), "gitVersion");
            known =
                    ClusterVersion.parse(said)
                            .orElseThrow(() ->
                                    new ClusterFailure(
                                            0,
                                            "",
                                            "it is `%s`, and Belay is for %s and newer"
                                                    .formatted(said, ClusterVersion.OLDEST)));
            version = known;
        }
        return known;
    }

    /// By which versions a group of kinds is served; none where the cluster does not know it, empty
    /// when that may not be known.
    Optional<List<String>> versions(String group, Deadline deadline) throws IOException {
        try {
            return Optional.of(
                    Trees.each(read("/apis/" + escaped(group), deadline).path("versions"))
                            .map(one -> Trees.text(one, "groupVersion"))
                            .toList());
        } catch (ClusterFailure e) {
            return e.isMissing() ? Optional.of(List.of()) : Optional.empty();
        }
    }

    /// Whether the namespace is there; empty when that may not be known.
    Optional<Boolean> exists(Deadline deadline) throws IOException {
        try {
            read("/api/v1/namespaces/" + escaped(namespace), deadline);
            return Optional.of(true);
        } catch (ClusterFailure e) {
            return e.isMissing() ? Optional.of(false) : Optional.empty();
        }
    }

    /// Whether we may do that to objects of the kind here.
    boolean mayI(String verb, Resource kind, Deadline deadline) throws IOException {
        ObjectNode review = JSON.createObjectNode();
        review.put("apiVersion", "authorization.k8s.io/v1").put("kind", "SelfSubjectAccessReview");
        Trees.in(review, "spec", "resourceAttributes")
                .put("namespace", namespace)
                .put("verb", verb)
                .put("group", kind.group())
                .put("resource", kind.plural());
        JsonNode answer =
                parsed(
                        sent(
                                new Wire.Ask(
                                        "POST",
                                        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                                        "application/json",
                                        review.toString()),
                                deadline,
                                true));
        return Trees.at(answer, "status", "allowed").asBoolean(false);
    }

    // --- writing ------------------------------------------------------------------------------

    JsonNode create(Resource kind, JsonNode object, Deadline deadline) throws IOException {
        return parsed(
                sent(
                        new Wire.Ask(
                                "POST",
                                kind.path(namespace) + "?fieldManager=" + MANAGER,
                                "application/json",
                                object.toString()),
                        deadline,
                        false));
    }

    /// Writes the whole of an object over the version of it that it names.
    JsonNode replace(Resource kind, JsonNode object, Deadline deadline) throws IOException {
        return parsed(
                sent(
                        new Wire.Ask(
                                "PUT",
                                kind.path(namespace)
                                        + "/"
                                        + escaped(Trees.name(object))
                                        + "?fieldManager="
                                        + MANAGER,
                                "application/json",
                                object.toString()),
                        deadline,
                        false));
    }

    /// Makes an object have these fields, whoever had them before.
    JsonNode apply(Resource kind, JsonNode object, String manager, Deadline deadline)
            throws IOException {
        return applied(kind, object, manager, "", deadline);
    }

    /// What an object would be with these fields.
    JsonNode tried(Resource kind, JsonNode object, Deadline deadline) throws IOException {
        return applied(kind, object, MANAGER, "&dryRun=All", deadline);
    }

    private JsonNode applied(
            Resource kind, JsonNode object, String manager, String more, Deadline deadline)
            throws IOException {
        return parsed(
                sent(
                        new Wire.Ask(
                                "PATCH",
                                kind.path(namespace)
                                        + "/"
                                        + escaped(Trees.name(object))
                                        + "?force=true&fieldManager="
                                        + manager
                                        + more,
                                APPLY,
                                object.toString()),
                        deadline,
                        false));
    }

    /// Deletes exactly what was seen, and all that it owns before it.
    ///
    /// @throws ClusterFailure when it is another by now
    void delete(Resource kind, JsonNode seen, Deadline deadline) throws IOException {
        ObjectNode options = JSON.createObjectNode();
        options.put("apiVersion", "v1").put("kind", "DeleteOptions");
        options.put("propagationPolicy", "Foreground");
        Trees.in(options, "preconditions")
                .put("uid", Trees.uid(seen))
                .put("resourceVersion", Trees.version(seen));
        Wire.Reply reply =
                sent(
                        new Wire.Ask(
                                "DELETE",
                                kind.path(namespace) + "/" + escaped(Trees.name(seen)),
                                "application/json",
                                options.toString()),
                        deadline,
                        false);
        if (!reply.isGood() && reply.status() != 404) {
            throw ClusterFailure.of(reply);
        }
    }

    // --- how ----------------------------------------------------------------------------------

    private JsonNode read(String path, Deadline deadline) throws IOException {
        return parsed(sent(Wire.Ask.get(path), deadline, true));
    }

    private static JsonNode parsed(Wire.Reply reply) throws IOException {
        if (!reply.isGood()) {
            throw ClusterFailure.of(reply);
        }
        try {
            return JSON.readTree(reply.body());
        } catch (JacksonException e) {
            throw new IOException("what the cluster answered is no JSON", e);
        }
    }

    /// @param read whether doing it twice is doing it once
    private Wire.Reply sent(Wire.Ask ask, Deadline deadline, boolean read) throws IOException {
        Duration pause = FIRST_PAUSE;
        var tried = new ArrayList<IOException>();
        for (int tries = 1; ; tries++) {
            Duration left = deadline.orIn(ONE_ANSWER).left();
            Duration wait = pause;
            try {
                Wire.Reply reply =
                        wire.send(ask, left.compareTo(LAST_ANSWER) < 0 ? LAST_ANSWER : left);
                boolean again = reply.status() == 429 || (read && reply.status() >= 500);
                if (!again || (reply.status() != 429 && tries >= READ_TRIES)) {
                    if (reply.status() >= 500 && !read) {
                        throw new IOException(ClusterFailure.of(reply).said());
                    }
                    return reply;
                }
                wait = reply.retryAfter().compareTo(pause) > 0 ? reply.retryAfter() : pause;
                if (deadline.left().compareTo(wait) <= 0) {
                    return reply;
                }
            } catch (IOException e) {
                tried.add(e);
                boolean over = Thread.currentThread().isInterrupted() || deadline.over();
                if (!read || over || tries >= READ_TRIES) {
                    throw tried.getFirst();
                }
            }
            deadline.orIn(wait).await(() -> false);
            if (Thread.currentThread().isInterrupted()) {
                throw new IOException("interrupted while the cluster was asked");
            }
            pause = pause.multipliedBy(2);
        }
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
