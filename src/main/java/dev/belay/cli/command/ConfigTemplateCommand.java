package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.client.Json;
import dev.belay.cli.client.Workspace;
import dev.belay.manifest.EnvironmentFile;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.VariableCheck;
import dev.belay.manifest.VariableNeed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay config template`.
@Command(
        description = "Writes the environment file of an environment, for somebody to fill in.",
        footer = {
            "",
            "A dotenv file with every variable that the environment needs: what it is for, who uses it,",
            "whether it is secret, and what the manifest has for it. What is set on this machine, or",
            "comes from a store of secrets, stands there as a comment. Values are never shown. It needs",
            "no control plane.",
            "",
            "What is left empty is refused: by `belay check ENV`, by the first step of a release, and by",
            "the gate `secrets: current`.",
            "",
            "Examples:",
            "  belay config template production",
            "  belay config template production --missing --output .env.production"
        })
public final class ConfigTemplateCommand extends BelayCommand {
    private static final Set<java.nio.file.attribute.PosixFilePermission> OWNER =
            PosixFilePermissions.fromString("rw-------");

    @Parameters(paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Option(names = "--missing", description = "Only what has no value yet.")
    private boolean missing;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Write it there, for its owner alone. A file that is there stays.")
    private String output = "";

    public ConfigTemplateCommand(Context context) {
        super(context);
    }

    /// How far a variable is.
    private enum State {
        SET,
        EMPTY,
        /// What a template has in its place.
        FILLER,
        MISSING,
        /// A store of secrets has it, which nobody asks here.
        STORED,
        /// The manifest has a plain value.
        PLAIN
    }

    /// @param file that it is set in, or `""`
    private record Line(VariableNeed need, State state, String file) {
        boolean isOpen() {
            return state == State.EMPTY || state == State.FILLER || state == State.MISSING;
        }
    }

    @Override
    protected ExitCode run() {
        Workspace workspace = workspace();
        Manifest manifest = read(ManifestReader.read(workspace.manifest()));
        EnvironmentView view = read(manifest.in(environment));
        List<Line> lines = lines(view).stream().filter(line -> !missing || line.isOpen()).toList();
        String text = json() ? Json.of(body(lines)) : template(view, lines);
        if (output.isEmpty()) {
            terminal().print(text.stripTrailing());
            return ExitCode.DONE;
        }
        write(text);
        long open = lines.stream().filter(Line::isOpen).count();
        terminal()
                .print(
                        "`%s` is written: %d of %d variables have no value"
                                .formatted(output, open, lines.size()));
        return ExitCode.DONE;
    }

    private List<Line> lines(EnvironmentView view) {
        var lines = new ArrayList<Line>();
        for (VariableNeed need : VariableNeed.of(view)) {
            if (!need.store().isEmpty()) {
                lines.add(new Line(need, State.STORED, ""));
                continue;
            }
            String value = context().environment().get(need.name());
            String where = value == null ? "" : "this shell";
            for (Path file : view.environmentFiles()) {
                Path whole = view.folder().resolve(file);
                String there =
                        Files.isRegularFile(whole)
                                ? read(EnvironmentFile.read(List.of(whole))).get(need.name())
                                : null;
                if (there != null) {
                    value = there;
                    where = relative(view, whole);
                }
            }
            State without = need.fallback().isEmpty() ? State.MISSING : State.PLAIN;
            lines.add(new Line(need, value == null ? without : state(need, value), where));
        }
        return lines;
    }

    private static String relative(EnvironmentView view, Path file) {
        return file.startsWith(view.folder())
                ? view.folder().relativize(file).toString()
                : file.toString();
    }

    private static State state(VariableNeed need, String value) {
        if (value.isBlank()) {
            return State.EMPTY;
        }
        return VariableCheck.isFiller(need.name(), value, need.secret()) ? State.FILLER : State.SET;
    }

    private static String template(EnvironmentView view, List<Line> lines) {
        var text = new StringBuilder();
        text.append(
                "# Variables of environment `%s` of `%s`, as its manifest asks for them.\n"
                        .formatted(view.environment(), view.platform()));
        text.append("# Fill in what is empty, and keep this file out of the repository.\n");
        for (Line line : lines) {
            VariableNeed need = line.need();
            text.append('\n');
            need.meaning().lines().forEach(part -> text.append("# ").append(part).append('\n'));
            text.append("# ").append(need.secret() ? "secret, " : "").append("used by ");
            text.append(String.join(", ", need.users())).append(said(line)).append('\n');
            // What has a value is not to be overwritten by an empty one.
            text.append(line.isOpen() ? "" : "# ").append(need.name()).append('=');
            text.append(line.state() == State.PLAIN ? need.fallback() : "").append('\n');
        }
        return text.toString();
    }

    private static String said(Line line) {
        return switch (line.state()) {
            case SET -> "; set in " + line.file();
            case EMPTY -> "; empty in " + line.file();
            case FILLER -> "; in " + line.file() + " it has no value that anybody chose";
            case MISSING -> "";
            case STORED -> "; comes from the store `" + line.need().store() + "`";
            case PLAIN -> "; the manifest has this value";
        };
    }

    private static Map<String, Object> body(List<Line> lines) {
        var all = new ArrayList<Map<String, Object>>();
        for (Line line : lines) {
            var one = new LinkedHashMap<String, Object>();
            one.put("name", line.need().name());
            one.put("secret", line.need().secret());
            one.put("usedBy", line.need().users());
            one.put("meaning", line.need().meaning());
            one.put("fallback", line.need().fallback());
            one.put("store", line.need().store());
            one.put("state", line.state().name().toLowerCase(java.util.Locale.ROOT));
            one.put("setIn", line.file());
            all.add(one);
        }
        return Map.of("variables", all);
    }

    private void write(String text) {
        Path file = context().folder().resolve(output);
        try (var out =
                Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(OWNER))) {
            out.write(java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        } catch (FileAlreadyExistsException _) {
            throw Stop.refused(
                    "`" + output + "` is there, and stays as it is",
                    "name another file; `--missing` writes only what it lacks");
        } catch (IOException e) {
            throw Stop.failed("`" + output + "` cannot be written: " + e.getMessage(), "");
        }
    }
}
