package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.Workspace;
import dev.belay.manifest.draft.ManifestDraft;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay init`.
@Command(
        description = "Writes a first, commented belay.yaml for what it finds in the folder.",
        footer = {
            "",
            "It looks for a Compose file, then for a Procfile, then at what the files of each language",
            "say. What it guessed says so. Values that look like secrets are named, and not taken over.",
            "",
            "Examples:",
            "  belay init",
            "  belay init ~/shop",
            "  belay init --from docker-compose.prod.yml"
        })
public final class InitCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "FOLDER", description = "The folder (this one).")
    private String folder = "";

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "A Compose file or a Procfile, if not the one that lies there.")
    private String from = "";

    public InitCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        Path place = context().folder().resolve(folder).normalize();
        Path manifest = place.resolve(Workspace.MANIFEST);
        if (!Files.isDirectory(place)) {
            throw wrong("cli/no-folder", folder, "there is no such folder", "");
        }
        try {
            // Never over a file that is there: it was somebody's work.
            Files.writeString(manifest, drafted(place), StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException _) {
            throw wrong(
                    "cli/already-there",
                    manifest.toString(),
                    "there is a manifest already",
                    "`belay check` says how it does");
        } catch (IOException e) {
            throw Stop.failed("cannot write `" + manifest + "`: " + e.getMessage(), "");
        }
        terminal().print("wrote " + manifest);
        terminal().say("read it, mend what was guessed wrong, then: belay check");
        return ExitCode.DONE;
    }

    private String drafted(Path place) throws IOException {
        if (from.isEmpty()) {
            return ManifestDraft.of(place);
        }
        Path file = context().folder().resolve(from).normalize();
        if (!Files.isRegularFile(file)) {
            throw wrong("cli/no-file", from, "there is no such file", "");
        }
        try {
            return ManifestDraft.of(place, file);
        } catch (ManifestDraft.Unreadable e) {
            throw wrong(
                    "cli/no-compose-file",
                    from,
                    "it " + e.getMessage(),
                    "a Compose file has `services`; a Procfile is called so");
        }
    }
}
