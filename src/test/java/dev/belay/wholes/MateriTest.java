package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `examples/materi`, as its README says.
@Timeout(300)
class MateriTest {
    @TempDir private Path clean;
    private Example materi;
    private List<String> blocks = List.of();

    @BeforeEach
    void do_as_the_readme_says() throws Exception {
        materi =
                new Example(
                        clean, "materi", List.of(3070, 3071, 15434, 16380), "examples/teei/shared");
        materi.edit("belay.yaml", text -> text.replace("soak: 10s", "soak: 2s"));
        blocks = materi.commands("examples/materi/README.md");
        materi.types(blocks.subList(0, 1));
    }

    @AfterEach
    void stop() throws Exception {
        materi.belay("down", "production");
        materi.belay("down");
        materi.end();
    }

    @Test
    void two_editors_see_what_each_writes_and_a_release_that_loses_edits_falls() throws Exception {
        var ann = new Editor(materi.port(3071));
        var bob = new Editor(materi.port(3071));
        assertThat(ann.hears()).contains("joined");
        assertThat(bob.hears()).contains("joined");
        ann.says("a");
        assertThat(ann.hears()).contains("\"place\":1", "\"edit\":\"a\"");
        assertThat(bob.hears()).contains("\"place\":1", "\"edit\":\"a\"");
        bob.says("b");
        assertThat(ann.hears()).contains("\"place\":2", "\"edit\":\"b\"");

        try (var _ =
                materi.edit(
                        "collaboration.mjs", text -> text.replace("editor.send(told)", "void 0"))) {
            assertThat(materi.belay("deploy", "production"))
                    .startsWith("4 ")
                    .contains("edits are taken in order", "rolled back")
                    .doesNotContain("done  collaboration: all traffic to");
        }
        bob.says("c");
        assertThat(bob.hears()).contains("\"place\":2");
        assertThat(bob.hears()).contains("\"place\":3", "\"edit\":\"c\"");
    }

    @Test
    void the_way_back_depends_on_whether_the_schema_breaks() throws Exception {
        migration("2_language", "ALTER TABLE document ADD language text;");
        Files.writeString(
                materi.file("db/2_language.down.sql"), "ALTER TABLE document DROP language;");
        try (var _ = materi.edit("documents.mjs", text -> text + "// with languages\n")) {
            materi.done("deploy", "production");
            materi.done("rollback", "production", "documents", "--reason", "too early");
            assertThat(status()).containsPattern("2 language");
            materi.done("deploy", "production");
            materi.done("rollback", "production", "documents", "--schema", "--reason", "no");
            assertThat(status()).doesNotContainPattern("applied +2 language");
            materi.done("deploy", "production");

            migration("3_name", "ALTER TABLE document RENAME title TO name;");
            Files.writeString(
                    materi.file("db/3_name.down.sql"),
                    "ALTER TABLE document RENAME name TO title;");
            assertThat(materi.belay("deploy", "production"))
                    .startsWith("4 ")
                    .contains("the release before fails on the new schema", "document.title");
        }
        assertThat(materi.get(3070, "/documents/1").body()).contains("Smoke");
    }

    private void migration(String name, String up) throws Exception {
        Files.writeString(materi.file("db/" + name + ".up.sql"), up);
    }

    private String status() {
        return materi.done("migrate", "status", "production");
    }

    /// Somebody who has a document open.
    private static final class Editor implements WebSocket.Listener {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final WebSocket socket;

        Editor(int port) throws Exception {
            socket =
                    HttpClient.newHttpClient()
                            .newWebSocketBuilder()
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + port + "/documents/plan"), this)
                            .get(20, TimeUnit.SECONDS);
        }

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            heard.add(data.toString());
            return WebSocket.Listener.super.onText(webSocket, data, last);
        }

        void says(String edit) throws Exception {
            socket.sendText("{\"edit\": \"" + edit + "\"}", true).get(20, TimeUnit.SECONDS);
        }

        String hears() throws Exception {
            String text = heard.poll(20, TimeUnit.SECONDS);
            return text == null ? "nothing" : text;
        }
    }
}
