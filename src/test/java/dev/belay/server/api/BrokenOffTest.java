package dev.belay.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.cli.client.Http;
import dev.belay.release.people.Action;
import dev.belay.server.access.Access;
import dev.belay.server.access.Need;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Where;
import dev.belay.server.operations.Denied;
import dev.belay.server.people.Staff;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Answers that fail when their first part is sent: whoever reads them sees that they have no end.
@Timeout(60)
class BrokenOffTest {
    @TempDir private Path folder;
    private Staff staff;
    private HttpServer server;

    @BeforeEach
    void start() {
        staff = new Staff(folder);
        staff.add("anna", "viewer@staging");
        var need = new Need(Action.READ, Where.PATH, List.of());
        var needs =
                Map.of("GET /{env}/fails", need, "GET /{env}/bug", need, "GET /{env}/ends", need);
        var terms = new HttpServer.Terms(0, staff.people(), Access.of(needs), text -> text);
        server = HttpServer.start(terms, List.of(BrokenOffTest::routes));
    }

    private static void routes(Routes routes) {
        routes.get(
                "/{env}/fails",
                ctx ->
                        LinesAnswer.give(
                                ctx,
                                progress -> {
                                    progress.accept("begun");
                                    throw Denied.failure("the disk is full", "make room");
                                }));
        routes.get(
                "/{env}/bug",
                ctx ->
                        LinesAnswer.give(
                                ctx,
                                progress -> {
                                    progress.accept("begun");
                                    throw new IllegalStateException("ours");
                                }));
        routes.get("/{env}/ends", ctx -> LinesAnswer.give(ctx, progress -> progress.accept("all")));
    }

    @AfterEach
    void stop() {
        server.close();
        staff.close();
    }

    /// As the command line asks: by a connection of its own.
    private String heard(String path, StringBuilder before) throws IOException {
        var request = Http.Request.get("/staging/" + path);
        String token = "Bearer " + staff.token("anna");
        try (Http.Answer answer = Http.send(server.port(), request.with("Authorization", token))) {
            for (int c = answer.body().read(); c >= 0; c = answer.body().read()) {
                before.append((char) c);
            }
        }
        return before.toString();
    }

    @Test
    void a_failure_after_the_first_line_is_said_and_has_no_end() {
        var heard = new StringBuilder();
        assertThatThrownBy(() -> heard("fails", heard)).isInstanceOf(IOException.class);
        assertThat(heard.toString()).isEqualTo("begun\nfailed: the disk is full make room\n");
    }

    @Test
    void a_bug_after_the_first_line_adds_nothing_to_it_and_has_no_end() {
        var heard = new StringBuilder();
        assertThatThrownBy(() -> heard("bug", heard)).isInstanceOf(IOException.class);
        assertThat(heard.toString()).isEqualTo("begun\n");
    }

    @Test
    void a_connection_that_was_to_be_kept_is_cut_too() {
        try (var client = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://127.0.0.1:" + server.port() + "/staging/fails"))
                            .header("Authorization", "Bearer " + staff.token("anna"))
                            .build();
            var whole = HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8);
            assertThatThrownBy(() -> client.send(request, whole)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void what_went_well_has_an_end() throws IOException {
        assertThat(heard("ends", new StringBuilder())).isEqualTo("all\n");
    }
}
