package dev.belay.driver.router;

import dev.belay.driver.Answer;
import dev.belay.driver.Answered;
import dev.belay.driver.Finding;
import dev.belay.driver.Instance;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.acme.OrderedFolders;
import dev.belay.driver.disk.DurableFile;
import dev.belay.gateway.Entrance;
import dev.belay.gateway.GatewayClient;
import dev.belay.gateway.HealthCheck;
import dev.belay.gateway.Match;
import dev.belay.gateway.Network;
import dev.belay.gateway.PublishReply;
import dev.belay.gateway.Route;
import dev.belay.gateway.RouteKey;
import dev.belay.gateway.Rules;
import dev.belay.gateway.tls.TlsUse;
import dev.belay.problem.Problem;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Our gateway as a router. A plan says which revisions get traffic; which addresses that means is
/// looked up here, at the moment of publishing.
public final class GatewayRouter implements Router {
    private static final String LOOPBACK = "127.0.0.1";
    private static final List<String> ANSWERED = List.of("1xx", "2xx", "3xx", "4xx", "5xx");

    private final GatewayClient gateway;
    private final Function<Scope, List<Instance>> recorded;
    private final Function<Scope, List<Instance>> instances;
    private final Function<Revision, Optional<Route.Files>> published;
    private final OrderedFolders ordered;
    private final GatewayDoors doors;

    /// @param recorded what runs in a scope and has a record, which is quickly known
    /// @param instances all that runs in a scope, for which the whole host is looked through
    /// @param published where a frontend's files lie, and what is served beside them; empty when
    ///   that cannot be read
    /// @param ordered where certificates come that authorities give out
    /// @param announced by release, the time for which it was announced, in milliseconds; 0 for
    ///   none
    public GatewayRouter(
            GatewayClient gateway,
            Function<Scope, List<Instance>> recorded,
            Function<Scope, List<Instance>> instances,
            Function<Revision, Optional<Route.Files>> published,
            OrderedFolders ordered,
            ToLongFunction<String> announced) {
        this.gateway = gateway;
        this.recorded = recorded;
        this.instances = instances;
        this.published = published;
        this.ordered = ordered;
        this.doors = new GatewayDoors(gateway, announced);
    }

    @Override
    public Answer route(Work.Route work, Order order) {
        if (work.traffic().equals(Traffic.NOWHERE)) {
            return answer(gateway.remove(key(order.scope()), order.token()));
        }
        Shares shares = shares(work, recorded.apply(order.scope()));
        if (!shares.missing().isEmpty()) {
            // Somebody may have deleted the records: then the looking takes longer.
            shares = shares(work, instances.apply(order.scope()));
        }
        if (!shares.missing().isEmpty()) {
            return new Answer.NotYet(shares.missing());
        }
        var route =
                new Route(
                                key(order.scope()),
                                order.token(),
                                work.traffic().port(),
                                shares.of(),
                                health(work))
                        .with(rules(order.scope(), work.traffic()));
        // Before the gateway looks, so that it hears of what comes into them.
        makeFolders(route);
        String tooOld = beyondTheGateway(route);
        return tooOld.isEmpty()
                ? answer(gateway.publish(route))
                : new Answer.Failed(
                        tooOld, "stop it once (`belay down`), and start the platform again", false);
    }

    private static void makeFolders(Route route) {
        for (Match match : route.rules().at()) {
            TlsUse tls = match.entrance().tls();
            if (tls != null && tls.source() instanceof TlsUse.Ordered(Path path)) {
                try {
                    DurableFile.folder(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /// What a gateway of before it could be upgraded would pass over without a word; empty when all
    /// is well.
    private String beyondTheGateway(Route route) {
        boolean texts = has(route, GatewayRouter::hasTexts);
        boolean recent =
                texts
                        || !route.rules().equals(Rules.NONE)
                        || has(route, GatewayRouter::speaksHttp2);
        try {
            Optional<GatewayClient.About> about = recent ? gateway.about() : Optional.empty();
            if (recent && about.isEmpty()) {
                return "the gateway that runs is older than shared ports and HTTP/2";
            }
            return texts && about.stream().noneMatch(GatewayClient.About::texts)
                    ? "the gateway that runs is older than public values of frontends"
                    : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean has(Route route, Predicate<Route.Backend> what) {
        return route.shares().stream().map(Route.Share::backend).anyMatch(what);
    }

    private static boolean hasTexts(Route.Backend backend) {
        return backend instanceof Route.Files files && !files.texts().isEmpty();
    }

    private static boolean speaksHttp2(Route.Backend backend) {
        return backend instanceof Route.Members(var members)
                && members.stream().anyMatch(one -> one.protocol() == Route.Protocol.HTTP2);
    }

    private Rules rules(Scope scope, Traffic traffic) {
        return new Rules(
                traffic.rules().at().stream()
                        .map(at ->
                                new Match(
                                        entrance(scope, at.entrance()),
                                        at.hosts(),
                                        at.paths(),
                                        at.methods(),
                                        at.headers()))
                        .toList(),
                traffic.rules().slowStart(),
                traffic.rules().sticky());
    }

    private Entrance entrance(Scope scope, Traffic.Entrance entrance) {
        Traffic.Tls tls = entrance.tls();
        var who = new OrderedFolders.Entrance(scope.environment(), entrance.name());
        return new Entrance(
                entrance.name(),
                entrance.port(),
                tls == null ? null : TlsUses.of(tls, ordered.of(who)),
                entrance.proxies().stream().map(GatewayRouter::network).toList(),
                entrance.redirectFrom());
    }

    /// The manifest has looked at it before.
    private static Network network(String text) {
        return Network.parse(text)
                .orElseThrow(() -> new IllegalArgumentException("`" + text + "` is no network"));
    }

    /// Which addresses the shares mean.
    ///
    /// @param missing why they are not all there, or `""`
    private record Shares(List<Route.Share> of, String missing) {}

    private Shares shares(Work.Route work, List<Instance> running) {
        var shares = new ArrayList<Route.Share>();
        for (Traffic.Share share : work.traffic().shares()) {
            Optional<Route.Backend> backend = backend(work, share, running);
            if (backend.isEmpty()) {
                String missing =
                        share.instances() == 0
                                ? "the configuration of `%s` cannot be read"
                                        .formatted(share.revision())
                                : "fewer than %d instances of `%s` run"
                                        .formatted(share.instances(), share.revision());
                return new Shares(List.of(), missing);
            }
            HealthCheck own =
                    revision(work, share.revision())
                            .map(revision -> health(revision.launch().readiness()))
                            .orElse(null);
            shares.add(new Route.Share(share.revision(), share.weight(), backend.get(), own));
        }
        return new Shares(shares, "");
    }

    static Answer answer(PublishReply reply) {
        return switch (reply) {
            case PublishReply.Published(long version) ->
                    new Answer.Done("in force since table " + version);
            case PublishReply.Stale(long last) -> new Answer.Stale(last);
            case PublishReply.NotReady(var members) ->
                    new Answer.NotYet(
                            members.stream()
                                    .map(GatewayRouter::unready)
                                    .collect(Collectors.joining("; ")));
            case PublishReply.PortTaken(String message) ->
                    new Answer.Failed(
                            message, "stop what listens there, or choose another `port`", false);
            case PublishReply.RouteTaken(String message) ->
                    new Answer.Failed(
                            message, "give it another host, path or method under `at`", false);
            case PublishReply.Malformed(var problems) ->
                    new Answer.Failed(
                            "the gateway does not understand the line: "
                                    + problems.stream()
                                            .map(Problem::message)
                                            .collect(Collectors.joining("; ")),
                            "`belay gateway upgrade`, if the gateway is of another version",
                            false);
            case PublishReply.Unreachable(String message) ->
                    throw new UncheckedIOException(new IOException(message));
        };
    }

    private static String unready(PublishReply.Unready one) {
        return one.member().isEmpty()
                ? one.why()
                : "`" + one.member() + "` is not ready: " + one.why();
    }

    private Optional<Route.Backend> backend(
            Work.Route work, Traffic.Share share, List<Instance> running) {
        if (share.instances() == 0) {
            return revision(work, share.revision())
                    .flatMap(published)
                    .map(Route.Backend.class::cast);
        }
        Route.Protocol protocol = protocol(work, share.revision());
        List<Route.Member> members =
                running.stream()
                        .filter(one -> one.revision().equals(share.revision()))
                        .filter(one -> one.port() > 0 || !one.socket().isEmpty())
                        .sorted(Comparator.comparingInt(Instance::number))
                        .limit(share.instances())
                        .map(one -> new Route.Member(one.id(), address(one), protocol))
                        .toList();
        return members.size() < share.instances()
                ? Optional.empty()
                : Optional.of(new Route.Members(members));
    }

    private static Route.Address address(Instance one) {
        return one.socket().isEmpty()
                ? new Route.Port(LOOPBACK, one.port())
                : new Route.SocketFile(Path.of(one.socket()));
    }

    private static Route.Protocol protocol(Work.Route work, String id) {
        return revision(work, id)
                .map(revision -> revision.launch().protocol())
                .filter(Launch.Protocol.HTTP2::equals)
                .map(_ -> Route.Protocol.HTTP2)
                .orElse(Route.Protocol.HTTP1);
    }

    private static Optional<Revision> revision(Work.Route work, String id) {
        return work.revisions().stream().filter(r -> r.id().equals(id)).findFirst();
    }

    /// The health check of the revision with most of the traffic, for a revision that says none.
    private static HealthCheck health(Work.Route work) {
        return work.traffic().shares().stream()
                .max(Comparator.comparingInt(Traffic.Share::weight))
                .flatMap(share -> revision(work, share.revision()))
                .map(revision -> health(revision.launch().readiness()))
                .orElse(new HealthCheck.None());
    }

    private static HealthCheck health(Health health) {
        return switch (health.check()) {
            case Health.Http http ->
                    new HealthCheck.Http(
                            http.path(),
                            http.status().low(),
                            http.status().high(),
                            http.headers(),
                            http.body(),
                            health.timeout());
            case Health.Grpc(String service) -> new HealthCheck.Grpc(service, health.timeout());
            // Commands run where the instance is; the gateway only sees whether it listens.
            case Health.Tcp _, Health.Command _, Health.Alive _ ->
                    new HealthCheck.Tcp(health.timeout());
        };
    }

    @Override
    public Finding probe(Work.Route work, Order order) {
        try {
            GatewayClient.Seal seal = gateway.seal(key(order.scope()), order.token() - 1);
            if (seal.last() >= order.token()) {
                return new Finding.Stale(seal.last());
            }
            boolean same =
                    seal.route()
                            .map(route -> agrees(order.scope(), route, work.traffic()))
                            .orElse(work.traffic().equals(Traffic.NOWHERE));
            return same ? new Finding.Done("in force") : new Finding.NotDone();
        } catch (IOException e) {
            return new Finding.Unknown(String.valueOf(e.getMessage()));
        }
    }

    private boolean agrees(Scope scope, Route route, Traffic traffic) {
        return route.port() == traffic.port()
                && route.rules().equals(rules(scope, traffic))
                && route.shares().size() == traffic.shares().size()
                && traffic.shares().stream()
                        .allMatch(s -> route.shares().stream().anyMatch(r -> agrees(r, s)));
    }

    private static boolean agrees(Route.Share is, Traffic.Share wanted) {
        int members =
                switch (is.backend()) {
                    case Route.Members(var all) -> all.size();
                    case Route.Files _ -> 0;
                };
        return is.revision().equals(wanted.revision())
                && is.weight() == wanted.weight()
                && members == wanted.instances();
    }

    @Override
    public void closeLongLived(Scope scope, String revision, List<String> instances) {
        if (instances.isEmpty()) {
            return;
        }
        try {
            gateway.close(key(scope), revision, instances);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<Observed> observe(Scope scope) {
        try {
            JsonNode table = gateway.routes();
            RouteKey key = key(scope);
            for (JsonNode line : table.path("routes")) {
                if (line.has("route")
                        && line.path("environment").asString("").equals(key.environment())
                        && line.path("component").asString("").equals(key.component())) {
                    return Optional.of(observed(table, line.path("route"), key));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<Map<String, Answered>> answered(Scope scope) {
        try {
            RouteKey key = key(scope);
            var all = new HashMap<String, Answered>();
            for (JsonNode line : gateway.counts().path("revisions")) {
                if (line.path("environment").asString("").equals(key.environment())
                        && line.path("component").asString("").equals(key.component())) {
                    all.put(line.path("revision").asString(""), answered(line));
                }
            }
            return Optional.of(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A client that left before its answer says nothing of who did not answer.
    private static Answered answered(JsonNode line) {
        JsonNode answers = line.path("answers");
        long sum = 0;
        for (String name : ANSWERED) {
            sum += answers.path(name).asLong();
        }
        Answered halves = Answered.NONE;
        for (JsonNode half : line.path("halves")) {
            halves = halves.plus(GatewayHalves.answered(half));
        }
        return new Answered(sum, answers.path("5xx").asLong(), halves.times());
    }

    @Override
    public boolean listens(int port) {
        try {
            for (JsonNode line : gateway.routes().path("routes")) {
                JsonNode route = line.path("route");
                if (route.path("port").asInt() == port) {
                    return true;
                }
                for (JsonNode at : route.path("at")) {
                    JsonNode entrance = at.path("entrance");
                    if (entrance.path("port").asInt() == port
                            || entrance.path("redirectFrom").asInt() == port) {
                        return true;
                    }
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The gateway knows of requests of a line that it no longer has.
    @Override
    public int inFlightAt(Scope scope, List<String> instances) {
        try {
            return gateway.inFlight(key(scope)).stream()
                    .flatMap(one -> one.members().stream())
                    .filter(member -> instances.contains(member.id()))
                    .mapToInt(GatewayClient.MemberInFlight::total)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Answer shut(Work.Shut work, Order order) {
        return doors.shut(work, order);
    }

    @Override
    public Answer open(Work.Open work, Order order) {
        return doors.open(work, order);
    }

    @Override
    public Finding probeDoor(Work.Effect work, Order order) {
        return doors.probe(work, order);
    }

    @Override
    public Doorway doorway(Scope scope) {
        return doors.way(scope);
    }

    private Observed observed(JsonNode table, JsonNode route, RouteKey key) throws IOException {
        var weights = new HashMap<String, Integer>();
        var members = new HashMap<String, List<String>>();
        for (JsonNode share : route.path("shares")) {
            String revision = share.path("revision").asString();
            weights.put(revision, share.path("weight").asInt());
            var ids = new ArrayList<String>();
            share.path("members").forEach(member -> ids.add(member.path("id").asString()));
            members.put(revision, List.copyOf(ids));
        }
        var inFlight = new HashMap<String, Integer>();
        var inFlightAt = new HashMap<String, Integer>();
        for (GatewayClient.InFlight one : gateway.inFlight(key)) {
            inFlight.put(one.revision(), one.total());
            one.members().forEach(at -> inFlightAt.merge(at.id(), at.total(), Integer::sum));
        }
        return new Observed(
                table.path("version").asLong(),
                route.path("port").asInt(),
                Map.copyOf(weights),
                Map.copyOf(members),
                Map.copyOf(inFlight),
                Map.copyOf(inFlightAt));
    }

    static RouteKey key(Scope scope) {
        return new RouteKey(scope.environment(), scope.name());
    }
}
