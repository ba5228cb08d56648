package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Json;
import dev.belay.manifest.ManifestDocs;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay docs`.
@Command(
        description = "Explains the manifest: a section of it, or what sections there are.",
        footer = {
            "",
            "Examples:",
            "  belay docs",
            "  belay docs component",
            "  belay docs --schema > belay.schema.json    (for editors)"
        })
public final class DocsCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "SECTION", description = "The section.")
    private String section = "";

    @Option(names = "--schema", description = "Print the JSON Schema of the manifest.")
    private boolean schema;

    public DocsCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if (schema) {
            terminal().print(ManifestDocs.schema());
        } else if (section.isEmpty()) {
            list();
        } else {
            page();
        }
        return ExitCode.DONE;
    }

    private void list() {
        if (json()) {
            terminal().print(Json.of(ManifestDocs.sections()));
            return;
        }
        terminal().print("`belay docs SECTION` explains one of these:");
        ManifestDocs.sections().forEach(name -> terminal().print("  " + name));
    }

    private void page() {
        Optional<String> page = ManifestDocs.section(section);
        if (page.isEmpty()) {
            throw wrong(
                    "cli/unknown-section",
                    section,
                    "there is no such section",
                    "there are " + String.join(", ", ManifestDocs.sections()));
        }
        terminal().print(json() ? Json.of(Map.of(section, page.get())) : page.get());
    }
}
