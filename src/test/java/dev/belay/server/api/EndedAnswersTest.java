package dev.belay.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.people.Action;
import dev.belay.server.access.Access;
import dev.belay.server.access.Need;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Where;
import dev.belay.server.people.Staff;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Answers that go on for long, to whom is disabled, or loses the role, in their middle.
@Timeout(60)
class EndedAnswersTest {
    @TempDir private Path folder;
    private final SnapshotStream snapshots = new SnapshotStream();
    private final CountDownLatch shutOut = new CountDownLatch(1);
    private final AtomicBoolean done = new AtomicBoolean();
    private Staff staff;
    private HttpServer server;

    @BeforeEach
    void start() {
        staff = new Staff(folder);
        staff.add("anna", "viewer@staging");
        var need = new Need(Action.READ, Where.PATH, List.of());
        Access access = Access.of(Map.of("GET /{env}/events", need, "GET /{env}/work", need));
        var terms = new HttpServer.Terms(0, staff.people(), access, text -> text);
        server = HttpServer.start(terms, List.of(this::routes));
    }

    private void routes(Routes routes) {
        routes.get(
                "/{env}/events",
                ctx -> snapshots.serve(ctx, () -> new SnapshotStream.Snapshot("1", "{}", false)));
        routes.get("/{env}/work", ctx -> NarratedAnswer.give(ctx, text -> text, this::work));
    }

    private Object work(Consumer<String> progress) {
        progress.accept("begun");
        try {
            shutOut.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        done.set(true);
        progress.accept("what nobody may hear");
        return "the result";
    }

    @AfterEach
    void stop() {
        snapshots.close();
        server.close();
        staff.close();
    }

    /// Reads to the end, which comes only when the server ends it.
    private String listen(String path, String until, Runnable then) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            String head =
                    "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n"
                            .formatted(path, server.port(), staff.token("anna"));
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            var in =
                    new BufferedReader(
                            new java.io.InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.UTF_8));
            var text = new StringBuilder();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                text.append(line).append('\n');
                if (line.contains(until)) {
                    then.run();
                }
            }
            return text.toString();
        }
    }

    @Test
    void events_end_when_the_listener_is_disabled() throws IOException {
        assertThat(listen("/staging/events", "data: {}", () -> staff.disable("anna")))
                .contains("200 OK", "event: snapshot");
    }

    @Test
    void events_end_when_the_role_is_taken_away_and_the_token_still_lives() throws IOException {
        assertThat(
                        listen(
                                "/staging/events",
                                "data: {}",
                                () -> staff.revoke("anna", "viewer@staging")))
                .contains("event: snapshot");
    }

    @Test
    void what_somebody_began_goes_on_and_he_hears_no_more_of_it() throws IOException {
        String heard =
                listen(
                        "/staging/work",
                        "begun",
                        () -> {
                            staff.disable("anna");
                            shutOut.countDown();
                        });
        assertThat(heard).contains("begun").doesNotContain("nobody may hear", "the result");
        assertThat(done).isTrue();
    }
}
