package dev.belay.plan;

import dev.belay.release.Health;
import dev.belay.release.SmokeTest;

/// [SmokeTest] as JSON.
final class SmokeJson {
    private SmokeJson() {}

    static void write(JsonOut out, SmokeTest test) {
        out.open();
        switch (test) {
            case SmokeTest.HttpScenario(String name, var timeout, var exchanges) ->
                    out.list("exchanges", exchanges, exchange -> write(out, exchange))
                            .put("name", name)
                            .put("timeout", timeout)
                            .put("type", "http");
            case SmokeTest.WebSocketExchange(String name, var timeout, String path, var messages) ->
                    out.list(
                                    "messages",
                                    messages,
                                    message ->
                                            out.open()
                                                    .put("send", message.send())
                                                    .put("text", message.text())
                                                    .close())
                            .put("name", name)
                            .put("path", path)
                            .put("timeout", timeout)
                            .put("type", "websocket");
            case SmokeTest.CommandTest(String name, var timeout, var command) ->
                    out.strings("command", command)
                            .put("name", name)
                            .put("timeout", timeout)
                            .put("type", "command");
        }
        out.close();
    }

    private static void write(JsonOut out, SmokeTest.Exchange exchange) {
        out.open()
                .put("body", exchange.body())
                .strings("captures", exchange.captures())
                .put("contains", exchange.contains())
                .strings("headers", exchange.headers())
                .put("method", exchange.method())
                .put("path", exchange.path())
                .put("status", () -> write(out, exchange.status()))
                .close();
    }

    static void write(JsonOut out, Health.StatusRange range) {
        out.open().put("high", range.high()).put("low", range.low()).close();
    }

    static SmokeTest read(JsonIn in) {
        String type = in.string("type");
        return switch (type) {
            case "http" ->
                    new SmokeTest.HttpScenario(
                            in.string("name"),
                            in.time("timeout"),
                            in.list("exchanges", SmokeJson::exchange));
            case "websocket" ->
                    new SmokeTest.WebSocketExchange(
                            in.string("name"),
                            in.time("timeout"),
                            in.string("path"),
                            in.list(
                                    "messages",
                                    m -> new SmokeTest.Message(m.truth("send"), m.string("text"))));
            case "command" ->
                    new SmokeTest.CommandTest(
                            in.string("name"), in.time("timeout"), in.strings("command"));
            default -> throw new IllegalArgumentException("smoke test `" + type + "` is not known");
        };
    }

    private static SmokeTest.Exchange exchange(JsonIn in) {
        return new SmokeTest.Exchange(
                in.string("method"),
                in.string("path"),
                in.stringMap("headers"),
                in.string("body"),
                status(in.at("status")),
                in.string("contains"),
                in.stringMap("captures"));
    }

    static Health.StatusRange status(JsonIn in) {
        return new Health.StatusRange(in.count("low"), in.count("high"));
    }
}
