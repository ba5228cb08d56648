package dev.belay.manifest;

import static dev.belay.manifest.Manifests.brief;
import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderCheckTest {
    @TempDir Path folder;
    private Path bin;

    @BeforeEach
    void start() throws IOException {
        bin = Files.createDirectory(folder.resolve("bin"));
        for (String program : List.of("node", "make")) {
            assertThat(Files.createFile(bin.resolve(program)).toFile().setExecutable(true))
                    .isTrue();
        }
        Files.createDirectories(folder.resolve("here/dist"));
    }

    @Test
    void a_folder_that_is_not_there_is_told_where_it_is_named() {
        var found =
                check(
                        """
                          web: {kind: frontend, static: wbe, port: 1}
                          api:
                            kind: service
                            run: node main.js
                            port: 2
                            dir: ip
                          job: {kind: job, run: node x.js, build: {output: there/dist}}
                        """);
        assertThat(brief(found.wrong()))
                .containsExactly("path-missing 3:33", "path-missing 8:10", "path-missing 9:52");
        assertThat(found.wrong().getFirst().message())
                .isEqualTo("there is no `wbe`, and nothing builds it");
    }

    @Test
    void what_is_there_or_may_be_built_is_no_fault() {
        String components =
                """
                  web: {kind: frontend, dir: here, static: dist, port: 1}
                  shop: {kind: frontend, dir: here, static: out, port: 2, build: {run: make}}
                  api: {kind: service, dir: here, run: node main.js, port: 3}
                  part: {kind: frontend, static: here/out/part, port: 4}
                  made: {kind: worker, run: ./server, build: {run: make, output: made}}
                """;
        assertThat(check(components).wrong()).isEmpty();
        assertThat(check(components).doubtful()).isEmpty();
        assertThat(
                        check(
                                        "  web: {kind: frontend, dir: later, static: out, port: 1}\n",
                                        "prepare: [make sources]\n")
                                .wrong())
                .isEmpty();
    }

    @Test
    void a_file_is_no_folder_that_can_be_served() throws IOException {
        Files.createFile(folder.resolve("page"));
        assertThat(brief(check("  web: {kind: frontend, static: page, port: 1}\n").wrong()))
                .containsExactly("path-missing 3:33");
    }

    @Test
    void a_program_that_this_machine_lacks_is_doubtful_and_told_once() {
        var found =
                check(
                        """
                          api: {kind: service, dir: here, run: nodee main.js, port: 3}
                          web: {kind: frontend, static: o, port: 4, build: {run: pnpm build}}
                          more: {kind: worker, dir: here, run: nodee more.js}
                          own: {kind: worker, dir: here, run: ./server}
                          any: {kind: worker, dir: here, run: "${SHELL} x"}
                        """,
                        "prepare: [pnpm install]\n");
        assertThat(found.wrong()).isEmpty();
        assertThat(brief(found.doubtful()))
                .containsExactly("program-missing 3:40", "program-missing 4:58");
        assertThat(messages(found.doubtful()))
                .containsExactly(
                        "`nodee` is not among the programs of this machine",
                        "`pnpm` is not among the programs of this machine");
        var own = check("  own: {kind: worker, dir: here, run: ./server}\n");
        assertThat(messages(own.doubtful())).containsExactly("there is no `./server` to run");
    }

    @Test
    void programs_of_an_image_are_not_looked_for_here() {
        String text =
                """
                platform: shop
                components:
                  api: {kind: service, run: /srv/api, port: 3, image: "shop/api:7"}
                environments: {local: {target: process}, far: {target: kubernetes}}
                """;
        var found = FolderCheck.check(view(good(folder, text), "far"), bin + ":/nowhere");
        assertThat(found.doubtful()).isEmpty();
        assertThat(found.wrong()).isEmpty();
    }

    @Test
    void commands_that_migrate_are_looked_for_where_they_run() {
        String text =
                """
                  api:
                    kind: service
                    dir: here
                    run: node main.js
                    port: 3
                    migrations: {datastore: db, up: alembic upgrade head, status: ./at}
                """;
        var found = check(text, "datastores: {db: {engine: postgres, url: 'postgres://h/db'}}\n");
        assertThat(found.wrong()).isEmpty();
        assertThat(messages(found.doubtful()))
                .containsExactly(
                        "`alembic` is not among the programs of this machine",
                        "there is no `./at` to run");
    }

    private static List<String> messages(List<Problem> problems) {
        return problems.stream().map(Problem::message).toList();
    }

    private FolderCheck.Found check(String components) {
        return check(components, "");
    }

    private FolderCheck.Found check(String components, String more) {
        String text =
                "platform: shop\ncomponents:\n"
                        + components
                        + more
                        + "environments: {local: {target: process}}\n";
        return FolderCheck.check(view(good(folder, text), "local"), bin + ":/nowhere");
    }
}
