package dev.belay.driver.acme;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Answers challenges of the first kind, as plainly as can be.
final class TestBoard implements ChallengeBoard, AutoCloseable {
    private static final String PATH = "/.well-known/acme-challenge/";

    final Map<String, String> texts = new ConcurrentHashMap<>();
    private final HttpServer server;

    TestBoard() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                PATH,
                exchange -> {
                    String token = exchange.getRequestURI().getPath().substring(PATH.length());
                    String text = texts.get(token);
                    byte[] body = (text == null ? "" : text).getBytes(StandardCharsets.US_ASCII);
                    exchange.sendResponseHeaders(text == null ? 404 : 200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void show(Collection<ChallengeAnswer> answers) {
        texts.clear();
        for (ChallengeAnswer answer : answers) {
            switch (answer) {
                case ChallengeAnswer.Http(String token, String text) -> texts.put(token, text);
                case ChallengeAnswer.Alpn _ -> throw new IllegalStateException("not asked for");
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
