package dev.belay.server.operations;

import dev.belay.driver.artifact.BuildOrder;
import dev.belay.lint.Finding;
import dev.belay.lint.Lint;
import dev.belay.lint.Surroundings;
import dev.belay.manifest.Build;
import dev.belay.manifest.EnvironmentFile;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.LintAllowance;
import dev.belay.manifest.LintRules.Level;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.Reading;
import dev.belay.problem.Nearest;
import dev.belay.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Looks at a platform and its files for what makes components hang together that are shipped
/// apart. Reads, and runs nothing.
public final class Linting {
    private final Manifest manifest;
    private final Lint lint;
    private final Lint.Found found;
    private final LocalDate today;

    private Linting(Manifest manifest, Lint lint, LocalDate today) {
        this.manifest = manifest;
        this.lint = lint;
        this.today = today;
        found = lint.look();
    }

    /// What there is.
    ///
    /// @param state Belay's own folder, which may lie among the sources
    /// @throws Denied when files cannot be read
    public static Linting of(
            Manifest manifest, List<EnvironmentView> views, Path state, LocalDate today) {
        Set<Path> leftOut = new HashSet<>();
        leftOut.add(state.toAbsolutePath().normalize());
        var everywhere = new ArrayList<Surroundings>();
        for (EnvironmentView view : views) {
            everywhere.add(new Surroundings(view, values(view)));
            view.components()
                    .values()
                    .forEach(component -> {
                        Build build = component.build();
                        if (!build.run().isEmpty() && !build.output().equals(build.dir())) {
                            leftOut.add(whole(view, build.output()));
                        }
                    });
        }
        try {
            var files =
                    new PlatformFiles(
                            manifest.folder(),
                            file -> leftOut.contains(file) || BuildOrder.isDotenv(file));
            return new Linting(
                    manifest, new Lint(manifest.lint(), everywhere, files, today), today);
        } catch (IOException e) {
            throw Denied.failure(
                    "the sources cannot be looked at: " + e.getMessage(),
                    "see that Belay may read the files");
        }
    }

    private static Path whole(EnvironmentView view, String path) {
        return view.folder().resolve(path).toAbsolutePath().normalize();
    }

    /// A file that is not on this machine says nothing.
    private static Map<String, String> values(EnvironmentView view) {
        var values = new TreeMap<String, String>();
        for (Path file : view.environmentFiles()) {
            Path whole = view.folder().resolve(file);
            if (Files.isRegularFile(whole)
                    && EnvironmentFile.read(List.of(whole)) instanceof Reading.Read<?>(var read)
                    && read instanceof Map<?, ?> map) {
                map.forEach(
                        (name, value) -> values.put(String.valueOf(name), String.valueOf(value)));
            }
        }
        return values;
    }

    /// The same for some of the components; all where none is named.
    private List<Finding> findings(Set<String> components) {
        return found.findings().stream()
                .filter(one -> components.isEmpty() || components.contains(one.component()))
                .toList();
    }

    private boolean isError(Finding finding) {
        return manifest.lint().level(finding.rule()) == Level.ERROR;
    }

    /// What the manifest says is wrong.
    public List<Problem> wrong(Set<String> components) {
        return findings(components).stream().filter(this::isError).map(Finding::problem).toList();
    }

    /// What it only warns of, and what it allows and cannot be.
    public List<Problem> doubtful(Set<String> components) {
        var doubtful = new ArrayList<Problem>();
        findings(components).stream()
                .filter(one -> !isError(one))
                .map(Finding::problem)
                .forEach(doubtful::add);
        Set<String> names = lint.names();
        for (LintAllowance one : manifest.lint().allowed()) {
            for (String name : one.of()) {
                if (!names.contains(name)) {
                    doubtful.add(
                            new Problem(
                                    "lint/unknown-name",
                                    one.source().at("of"),
                                    "no component and no datastore is called `" + name + "`",
                                    Nearest.hint(name, names)));
                }
            }
            if (!one.counts(today)) {
                doubtful.add(
                        new Problem(
                                "lint/allowance-over",
                                one.source().at("until"),
                                "this counts no more since " + one.until(),
                                "take it out, or give it another day"));
            }
        }
        return doubtful;
    }

    /// Everything, for programs.
    public List<Map<String, Object>> body(Set<String> components) {
        return findings(components).stream()
                .map(finding -> {
                    var one = new LinkedHashMap<String, Object>();
                    one.put("rule", finding.rule().word());
                    one.put("level", isError(finding) ? "error" : "warning");
                    one.put("component", finding.component());
                    one.put("about", finding.about().stream().sorted().toList());
                    one.put("path", finding.path());
                    one.put("line", finding.line());
                    one.put("column", finding.column());
                    one.put("message", finding.message());
                    return (Map<String, Object>) one;
                })
                .toList();
    }

    /// Everything, as SARIF 2.1.0.
    public String sarif(Set<String> components, String version) {
        return LintSarif.of(findings(components), this::isError, version);
    }

    public int files() {
        return found.files();
    }

    /// Files of which nothing is known.
    public List<String> passedBy() {
        return found.passedBy();
    }
}
