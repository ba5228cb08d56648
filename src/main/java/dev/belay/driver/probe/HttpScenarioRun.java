package dev.belay.driver.probe;

import dev.belay.driver.probe.SmokeRunner.Broken;
import dev.belay.release.SmokeTest.Exchange;
import dev.belay.release.SmokeTest.HttpScenario;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One run of an HTTP scenario: requests in order on connections of their own, redirects not
/// followed, the timeout over all of them.
final class HttpScenarioRun {
    private static final int BODY_MAX = 512 * 1024;
    private static final JsonMapper JSON = new JsonMapper();

    private final URI base;
    private final SmokeTexts texts;
    private final HttpScenario scenario;
    private final long deadline;

    HttpScenarioRun(URI base, SmokeTexts texts, HttpScenario scenario) {
        this.base = base;
        this.texts = texts;
        this.scenario = scenario;
        this.deadline = System.nanoTime() + scenario.timeout().toNanos();
    }

    void run() throws Broken {
        int total = scenario.exchanges().size();
        for (int i = 0; i < total; i++) {
            Exchange exchange = scenario.exchanges().get(i);
            // As written: a path with its values filled in may hold a token.
            String name =
                    "%d of %d: %s %s".formatted(i + 1, total, exchange.method(), exchange.path());
            HttpTalk.Answer answer = ask(name, exchange);
            judge(name, exchange, answer);
            capture(name, exchange, answer);
        }
    }

    private HttpTalk.Answer ask(String name, Exchange exchange) throws Broken {
        boolean tls = "https".equals(base.getScheme());
        int port = base.getPort() > 0 ? base.getPort() : tls ? 443 : 80;
        HttpTalk.Request request = request(name, exchange);
        var left = Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
        try {
            return Wire.within(
                    left,
                    Thread.ofPlatform().daemon().name("smoke-test").factory(),
                    wire -> {
                        wire.connect(base.getHost(), port);
                        if (tls) {
                            wire.startTls(new Wire.Tls(Trust.ofTheRuntime(), true), base.getHost());
                        }
                        wire.enter(Phase.OPERATION);
                        return HttpTalk.ask(wire, request, BODY_MAX);
                    });
        } catch (ProbeFailure failure) {
            throw new Broken(
                    name,
                    "an answer within " + Wire.said(scenario.timeout()),
                    failure.reason() + " (" + failure.phase() + ")",
                    "");
        }
    }

    private HttpTalk.Request request(String name, Exchange exchange) throws Broken {
        var headers = new HashMap<String, String>();
        for (var header : exchange.headers().entrySet()) {
            headers.put(header.getKey(), texts.plain(name, header.getValue()));
        }
        headers.putAll(texts.shown());
        String prefix = base.getRawPath() == null ? "" : base.getRawPath().replaceFirst("/$", "");
        return new HttpTalk.Request(
                exchange.method(),
                prefix + texts.path(name, exchange.path()),
                base.getRawAuthority(),
                headers,
                texts.body(name, exchange.body()));
    }

    private static void judge(String name, Exchange exchange, HttpTalk.Answer answer)
            throws Broken {
        if (!exchange.status().has(answer.status())) {
            throw new Broken(
                    name,
                    "status " + HealthProbe.said(exchange.status()),
                    "status " + answer.status(),
                    answer.body());
        }
        if (!answer.body().contains(exchange.contains())) {
            throw new Broken(
                    name,
                    "a body that contains `" + exchange.contains() + "`",
                    "a body without it",
                    answer.body());
        }
    }

    private void capture(String name, Exchange exchange, HttpTalk.Answer answer) throws Broken {
        if (exchange.captures().isEmpty()) {
            return;
        }
        JsonNode body;
        try {
            body = JSON.readTree(answer.body());
        } catch (JacksonException garbled) {
            throw new Broken(name, "a body in JSON", "another", answer.body());
        }
        for (var capture : exchange.captures().entrySet()) {
            JsonNode value = at(name, body, capture.getValue());
            if (value.isMissingNode() || value.isNull()) {
                throw new Broken(
                        name,
                        "a value at `" + capture.getValue() + "` of the body",
                        "none",
                        answer.body());
            }
            texts.capture(
                    capture.getKey(), value.isValueNode() ? value.asString() : value.toString());
        }
    }

    private static JsonNode at(String name, JsonNode body, String pointer) throws Broken {
        try {
            return body.at(JsonPointer.compile(pointer));
        } catch (IllegalArgumentException malformed) {
            throw new Broken(name, "a JSON pointer such as `/id`", "`" + pointer + "`", "");
        }
    }
}
