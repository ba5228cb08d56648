package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/// `belay audit export`.
@Command(
        description = "Writes the evidence of one release into one file for an auditor.",
        footer = {
            "",
            "The plan, every entry that the release wrote or that is about it with its proof, a signed",
            "checkpoint and the key. `belay audit verify FILE` verifies it on any machine.",
            "",
            "Examples:",
            "  belay audit export production-17 -o production-17.jsonl"
        })
public final class AuditExportCommand extends BelayCommand {
    @Parameters(index = "0", paramLabel = "RELEASE", description = "Its id.")
    private String release = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description = "Where to write it; a file that is there is replaced.")
    private String output = "";

    public AuditExportCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        Path file = context().folder().resolve(output).toAbsolutePath().normalize();
        Path folder = file.getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
            throw wrong("cli/no-folder", output, "its folder is not there, or it is one", "");
        }
        ControlPlane server = controlPlane();
        Path next = file.resolveSibling(file.getFileName() + ".part");
        try (Http.Answer answer =
                server.ask(Http.Request.get(ReleaseId.path(release) + "/evidence"))) {
            // Whole or not at all: half a bundle would look like one that somebody cut.
            Files.copy(answer.body(), next, StandardCopyOption.REPLACE_EXISTING);
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw Stop.failed("`" + file + "` cannot be written: " + e.getMessage(), "");
        } finally {
            remove(next);
        }
        if (json()) {
            terminal()
                    .print(
                            JsonMapper.shared()
                                    .writeValueAsString(
                                            Map.of("release", release, "file", file.toString())));
        } else {
            terminal().print("wrote " + file);
            terminal().say("whoever verifies it needs the key of `belay audit key`, from you");
        }
        return ExitCode.DONE;
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // It could not be written either; the reason was said.
            return;
        }
    }
}
