package dev.belay.driver.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.belay.driver.backup.DataFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/// Questions to one server over its HTTP interface. What it says of a failure is cut to one line,
/// without the password.
final class ClickhouseSession implements AutoCloseable {
    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(10);
    private static final int SAID_MAX = 500;

    /// Of 192 to 194 and 516 the text says who is not let in.
    private static final String SIGN_IN = "(?s).*Code: (192|193|194|516)\\b.*";

    private final ClickhouseAddress server;
    private final HttpClient client;

    ClickhouseSession(ClickhouseAddress server, SSLContext trust) {
        this.server = server;
        client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(CONNECTED_WITHIN)
                        .sslContext(trust)
                        .build();
    }

    /// Writes what is to be inserted.
    interface Filler {
        void write(OutputStream to) throws IOException;
    }

    ClickhouseAddress server() {
        return server;
    }

    /// The answer's rows, of plain values.
    List<List<String>> rows(String query) throws DataFailure {
        String answer = run(query, Map.of());
        var all = new ArrayList<List<String>>();
        answer.lines()
                .forEach(line -> {
                    var row = new ArrayList<String>();
                    for (String value : line.split("\t", -1)) {
                        row.add(Names.unescaped(value));
                    }
                    all.add(row);
                });
        return all;
    }

    /// The first column of the answer.
    List<String> column(String query) throws DataFailure {
        return rows(query).stream().map(List::getFirst).toList();
    }

    /// The only value of the answer; empty when it has none.
    String value(String query) throws DataFailure {
        List<String> all = column(query);
        return all.isEmpty() ? "" : all.getFirst();
    }

    /// What the server answers, whole.
    String run(String query, Map<String, String> settings) throws DataFailure {
        try (InputStream in = sent(BodyPublishers.ofString(query), settings)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataFailure("it was ended", "", e);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /// The answer while it comes; an interrupt ends it.
    InputStream stream(String query, Map<String, String> settings)
            throws DataFailure, InterruptedException {
        return new Interruptible(sent(BodyPublishers.ofString(query), settings));
    }

    /// Inserts rows.
    ///
    /// @param query up to the name of the format
    /// @throws IOException of the filler: what was inserted is only a part then
    void insert(String query, Map<String, String> settings, Filler filler)
            throws DataFailure, IOException, InterruptedException {
        Pipe pipe = Pipe.open();
        var writing =
                new FutureTask<Void>(() -> {
                    try (OutputStream to = Channels.newOutputStream(pipe.sink())) {
                        filler.write(to);
                    }
                    return null;
                });
        var head = new ByteArrayInputStream((query + "\n").getBytes(UTF_8));
        Thread.ofVirtual().name("insert").start(writing);
        DataFailure refused = null;
        // Closed, it ends who writes: nobody reads it any more.
        try (InputStream rows = Channels.newInputStream(pipe.source())) {
            BodyPublisher body =
                    BodyPublishers.ofInputStream(() -> new SequenceInputStream(head, rows));
            sent(body, settings).close();
        } catch (DataFailure e) {
            refused = e;
        }
        try {
            writing.get();
        } catch (ExecutionException e) {
            if (refused == null) {
                throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
            }
            refused.addSuppressed(e);
        }
        if (refused != null) {
            throw refused;
        }
    }

    private InputStream sent(BodyPublisher body, Map<String, String> settings)
            throws DataFailure, InterruptedException {
        String query =
                settings.entrySet().stream()
                        .map(one -> one.getKey() + "=" + URLEncoder.encode(one.getValue(), UTF_8))
                        .collect(Collectors.joining("&", settings.isEmpty() ? "" : "?", ""));
        HttpResponse<InputStream> answer;
        try {
            var request =
                    HttpRequest.newBuilder(server.uri(query))
                            .header("Authorization", server.credentials())
                            .POST(body)
                            .build();
            answer = client.send(request, BodyHandlers.ofInputStream());
        } catch (IllegalArgumentException e) {
            throw new DataFailure("the host of the address is no name", "correct the address", e);
        } catch (IOException e) {
            throw lost(e);
        }
        if (answer.statusCode() == 200) {
            return answer.body();
        }
        try (InputStream in = answer.body()) {
            throw refusal(answer.statusCode(), new String(in.readNBytes(1 << 14), UTF_8));
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private DataFailure refusal(int status, String text) {
        String line = text.split("\n", 2)[0].replaceFirst(", e\\.what\\(\\) = .*", "").strip();
        String said = masked(line.substring(0, Math.min(SAID_MAX, line.length())));
        if (status == 401 || status == 403 || text.matches(SIGN_IN)) {
            return new DataFailure(
                    "ClickHouse lets nobody in as `%s`"
                            .formatted(server.user().isEmpty() ? "default" : server.user()),
                    "correct the user and the password of the address");
        }
        return new DataFailure(
                "ClickHouse at " + server.server() + " says: " + said,
                said.startsWith("Code: ") ? "" : "name the port of the HTTP interface, as 8123");
    }

    private String masked(String text) {
        return server.password().isEmpty() ? text : text.replace(server.password(), "***");
    }

    private DataFailure lost(IOException e) {
        return new DataFailure(
                "the line to ClickHouse at %s: %s"
                        .formatted(
                                server.server(),
                                masked(
                                        e.getMessage() == null
                                                ? e.getClass().getSimpleName()
                                                : e.getMessage())),
                "see whether the server runs, and whether its HTTP interface is at that port",
                e);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    /// Ends at the next bytes when its thread is interrupted.
    private static final class Interruptible extends java.io.FilterInputStream {
        Interruptible(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("it was ended");
            }
            return in.read(to, from, length);
        }
    }
}
