package dev.belay.driver.probe;

import dev.belay.driver.probe.SmokeRunner.Broken;
import dev.belay.release.SmokeTest.Message;
import dev.belay.release.SmokeTest.WebSocketExchange;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One run of a WebSocket exchange. The next message is only asked for when the last was looked at,
/// so that a flood stays in the sender.
final class WebSocketRun {
    private static final int MESSAGE_MAX = 256 * 1024;

    /// What arrived.
    private sealed interface Event {
        record Text(String text) implements Event {}

        record Ended(String how) implements Event {}
    }

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final WebSocketExchange exchange;
    private final SmokeTexts texts;
    private final long deadline;
    private String last = "";

    private WebSocketRun(WebSocketExchange exchange, SmokeTexts texts) {
        this.exchange = exchange;
        this.texts = texts;
        this.deadline = System.nanoTime() + exchange.timeout().toNanos();
    }

    static void run(URI base, SmokeTexts texts, WebSocketExchange exchange) throws Broken {
        var client = HttpClient.newHttpClient();
        try {
            new WebSocketRun(exchange, texts).run(client, base);
        } finally {
            // Closing would wait for a server that never ends the conversation.
            client.shutdownNow();
        }
    }

    private void run(HttpClient client, URI base) throws Broken {
        String opening = "GET " + exchange.path();
        WebSocket.Builder builder = client.newWebSocketBuilder();
        texts.shown().forEach(builder::header);
        WebSocket socket =
                within(
                        opening,
                        "a WebSocket",
                        builder.buildAsync(address(base, opening), listener()));
        int total = exchange.messages().size();
        for (int i = 0; i < total; i++) {
            Message message = exchange.messages().get(i);
            String name =
                    "%d of %d: %s".formatted(i + 1, total, message.send() ? "send" : "expect");
            if (message.send()) {
                String text = texts.body(name, message.text());
                within(name, "a message taken", socket.sendText(text, true));
            } else {
                await(name, socket, texts.plain(name, message.text()));
            }
        }
        within("close", "a close taken", socket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
        socket.abort();
    }

    private URI address(URI base, String opening) throws Broken {
        String scheme = "https".equals(base.getScheme()) ? "wss" : "ws";
        String prefix = base.getRawPath() == null ? "" : base.getRawPath().replaceFirst("/$", "");
        String path = texts.path(opening, exchange.path());
        try {
            return URI.create(scheme + "://" + base.getRawAuthority() + prefix + path);
        } catch (IllegalArgumentException malformed) {
            throw new Broken(opening, "a path", "characters that no path may hold", "");
        }
    }

    /// Other messages, such as heartbeats, may come before the one that must.
    private void await(String name, WebSocket socket, String wanted) throws Broken {
        String expected = "a message that contains `" + wanted + "`";
        while (true) {
            socket.request(1);
            Event event = next();
            switch (event) {
                case null -> throw new Broken(name, expected, "none within " + limit(), last);
                case Event.Ended(String how) -> throw new Broken(name, expected, how, last);
                case Event.Text(String text) -> {
                    last = text;
                    if (text.contains(wanted)) {
                        return;
                    }
                }
            }
        }
    }

    private @Nullable Event next() {
        try {
            return events.poll(left(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new Event.Ended("an interruption");
        }
    }

    private <T> T within(String name, String expected, CompletableFuture<T> future) throws Broken {
        try {
            return future.get(left(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            throw new Broken(name, expected, "no answer within " + limit(), last);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Broken(name, expected, "an interruption", last);
        } catch (ExecutionException refused) {
            throw new Broken(name, expected, "a refusal: " + refused.getCause(), last);
        }
    }

    private long left() {
        return Math.max(1, deadline - System.nanoTime());
    }

    private String limit() {
        return Wire.said(exchange.timeout());
    }

    private WebSocket.Listener listener() {
        return new WebSocket.Listener() {
            private final StringBuilder parts = new StringBuilder();

            @Override
            public void onOpen(WebSocket socket) {
                // Nothing is asked for yet.
            }

            @Override
            public @Nullable CompletionStage<?> onText(
                    WebSocket socket, CharSequence part, boolean whole) {
                parts.append(part);
                if (parts.length() > MESSAGE_MAX) {
                    events.add(new Event.Ended("a message without an end"));
                    socket.abort();
                } else if (whole) {
                    events.add(new Event.Text(parts.toString()));
                    parts.setLength(0);
                } else {
                    socket.request(1);
                }
                return null;
            }

            @Override
            public @Nullable CompletionStage<?> onBinary(
                    WebSocket socket, java.nio.ByteBuffer bytes, boolean whole) {
                socket.request(1);
                return null;
            }

            @Override
            public @Nullable CompletionStage<?> onPing(
                    WebSocket socket, java.nio.ByteBuffer bytes) {
                socket.request(1);
                return null;
            }

            @Override
            public @Nullable CompletionStage<?> onPong(
                    WebSocket socket, java.nio.ByteBuffer bytes) {
                socket.request(1);
                return null;
            }

            @Override
            public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                events.add(new Event.Ended("a close with " + code + " " + reason));
                return null;
            }

            @Override
            public void onError(WebSocket socket, Throwable error) {
                events.add(new Event.Ended("a lost connection: " + error.getMessage()));
            }
        };
    }
}
