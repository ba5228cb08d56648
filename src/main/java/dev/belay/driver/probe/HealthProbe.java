package dev.belay.driver.probe;

import dev.belay.gateway.GrpcHealthCall;
import dev.belay.release.Health;
import dev.belay.release.Health.Alive;
import dev.belay.release.Health.Command;
import dev.belay.release.Health.Grpc;
import dev.belay.release.Health.Http;
import dev.belay.release.Health.Tcp;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Puts one health question to one instance. Whatever the instance does - hang, drip, flood,
/// redirect, speak something else - the answer is there when the timeout is over.
public final class HealthProbe {
    private static final int BODY_MAX = 64 * 1024;
    private static final int SHOWN = 200;
    private static final int SECRET_MIN = 8;
    private static final Mask MASK = new Mask(List.of());

    /// Asks once.
    public HealthAnswer ask(Health.Check check, ProbeTarget target, Duration timeout) {
        long start = System.nanoTime();
        String reason;
        try {
            reason =
                    switch (check) {
                        case Http http -> http(http, target.address(), timeout);
                        case Grpc(String service) -> grpc(service, target.address(), timeout);
                        case Tcp() -> tcp(target.address(), timeout);
                        case Command(List<String> words) -> command(words, target, timeout);
                        case Alive() ->
                                target.alive().getAsBoolean() ? "" : "the process has ended";
                    };
        } catch (ProbeFailure failure) {
            reason = failure.reason() + " (" + failure.phase() + ")";
        } catch (Unasked unasked) {
            return new HealthAnswer.NotAsked(since(start), MASK.line(unasked.why, 2 * SHOWN));
        }
        Duration took = since(start);
        return reason.isEmpty()
                ? new HealthAnswer.Well(took)
                : new HealthAnswer.Unwell(took, MASK.line(reason, 2 * SHOWN));
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /// A command of the probe that could not be started.
    private static final class Unasked extends Exception {
        private static final long serialVersionUID = 1L;
        private final String why;

        Unasked(String why) {
            super(why);
            this.why = why;
        }
    }

    private static String tcp(SocketAddress address, Duration timeout) throws ProbeFailure {
        return talk(
                timeout,
                wire -> {
                    wire.connect(address);
                    return "";
                });
    }

    private static String grpc(String service, SocketAddress address, Duration timeout)
            throws ProbeFailure {
        String host = host(address);
        var call = new GrpcHealthCall(service, host);
        return talk(
                timeout,
                wire -> {
                    wire.connect(address);
                    wire.enter(Phase.OPERATION);
                    wire.write(call.opening());
                    String verdict = call.verdict();
                    while (verdict == null) {
                        byte[] reply = call.take(new byte[] {(byte) wire.read()});
                        if (reply.length > 0) {
                            wire.write(reply);
                        }
                        verdict = call.verdict();
                    }
                    return verdict;
                });
    }

    private static String http(Http check, SocketAddress address, Duration timeout)
            throws ProbeFailure {
        String host = host(address);
        var request = HttpTalk.Request.get(check.path(), host, Map.of());
        // A body that nobody judges is not read either.
        int bodyMax = check.body().isEmpty() ? 0 : BODY_MAX;
        HttpTalk.Answer answer =
                talk(
                        timeout,
                        wire -> {
                            wire.connect(address);
                            wire.enter(Phase.OPERATION);
                            return HttpTalk.ask(wire, request, bodyMax);
                        });
        return judge(check, answer);
    }

    /// A path is no host.
    private static String host(SocketAddress address) {
        return address instanceof InetSocketAddress at
                ? new DependencyUrl.Host(at.getHostString(), at.getPort()).toString()
                : "localhost";
    }

    private static String judge(Http check, HttpTalk.Answer answer) {
        if (!check.status().has(answer.status())) {
            String location = answer.header("Location");
            return "`GET %s` answers %d, expected %s%s"
                    .formatted(
                            check.path(),
                            answer.status(),
                            said(check.status()),
                            location.isEmpty() ? "" : " (redirects are not followed)");
        }
        for (var header : check.headers().entrySet()) {
            String found = answer.header(header.getKey());
            if (!found.equals(header.getValue())) {
                return "`GET %s` answers with `%s: %s`, expected `%s`"
                        .formatted(check.path(), header.getKey(), found, header.getValue());
            }
        }
        if (!answer.body().contains(check.body())) {
            return "`GET %s` answers without `%s`: %s"
                    .formatted(check.path(), check.body(), MASK.line(answer.body(), SHOWN));
        }
        return "";
    }

    static String said(Health.StatusRange range) {
        return range.low() == range.high()
                ? Integer.toString(range.low())
                : range.low() + " to " + range.high();
    }

    private static String command(List<String> command, ProbeTarget target, Duration timeout)
            throws Unasked {
        // Which variables are secret is not known here; what is shorter could be any word.
        var mask =
                new Mask(
                        target.environment().values().stream()
                                .filter(value -> value.length() >= SECRET_MIN)
                                .toList());
        ProbeTarget.Elsewhere elsewhere = target.elsewhere();
        CommandRun.Outcome outcome =
                elsewhere == null
                        ? CommandRun.run(command, target.folder(), target.environment(), timeout)
                        : elsewhere.run(command, timeout);
        return switch (outcome) {
            case CommandRun.Outcome.Exited(int status, String output) ->
                    status == 0
                            ? ""
                            : "`%s` exits with %d: %s"
                                    .formatted(
                                            command.getFirst(), status, mask.tail(output, SHOWN));
            case CommandRun.Outcome.TimedOut(String output) ->
                    "`%s` did not end within %s: %s"
                            .formatted(
                                    command.getFirst(),
                                    Wire.said(timeout),
                                    mask.tail(output, SHOWN));
            case CommandRun.Outcome.NotStarted(String reason) -> throw new Unasked(reason);
        };
    }

    private static <T> T talk(Duration timeout, Wire.Conversation<T> conversation)
            throws ProbeFailure {
        return Wire.within(timeout, Thread.ofVirtual().factory(), conversation);
    }
}
