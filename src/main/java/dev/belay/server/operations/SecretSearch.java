package dev.belay.server.operations;

import dev.belay.driver.artifact.BuildOrder;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.scan.Allowance;
import dev.belay.driver.scan.ArchiveScan;
import dev.belay.driver.scan.CommitScan;
import dev.belay.driver.scan.Leak;
import dev.belay.driver.scan.Looked;
import dev.belay.driver.scan.SecretScanner;
import dev.belay.driver.scan.SourceScan;
import dev.belay.manifest.AllowedSecret;
import dev.belay.manifest.Build;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.Reading;
import dev.belay.problem.Nearest;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.problem.Span;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/// Looks for secrets in what a platform is made of. Reads, and changes nothing.
///
/// What the manifest allows is left out, and so are the files that hold values on purpose: the
/// dotenv files, which no artifact is made of.
public final class SecretSearch {
    private final Manifest manifest;
    private final SecretScanner scanner;
    private final List<Allowance> allowances;
    private final LocalDate today;

    private SecretSearch(Manifest manifest, Map<String, Secret> declared, LocalDate today) {
        this.manifest = manifest;
        this.today = today;
        scanner = new SecretScanner(declared);
        allowances =
                manifest.allowedSecrets().stream()
                        .map(one ->
                                Allowance.of(
                                        one.path(), one.rule(), Optional.ofNullable(one.until())))
                        .toList();
    }

    /// One that knows the values of the variables that these environments declare secret.
    ///
    /// @param values by environment and name; empty where there is none
    public static SecretSearch of(
            Manifest manifest,
            List<EnvironmentView> views,
            BiFunction<String, String, Optional<String>> values,
            LocalDate today) {
        var declared = new TreeMap<String, Secret>();
        for (EnvironmentView view : views) {
            for (Component component : view.components().values()) {
                for (String name : component.variables().secrets()) {
                    values.apply(view.environment(), name)
                            .ifPresent(value ->
                                    declared.put(
                                            "`%s` of `%s`".formatted(name, view.environment()),
                                            new Secret(value)));
                }
            }
        }
        return new SecretSearch(manifest, declared, today);
    }

    /// In the files of the manifest.
    public SecretFindings manifest() {
        Set<Path> files = manifest.files().stream().map(Path::of).collect(Collectors.toSet());
        return looked(() -> new SourceScan(scanner, manifest.folder(), _ -> false).scan(files));
    }

    /// In the files of the manifest, and in the folders of all components of all environments.
    ///
    /// @param state Belay's own folder, which may lie among the sources
    public SecretFindings sources(Path state) {
        Set<Path> places = new LinkedHashSet<>();
        Set<Path> leftOut = new HashSet<>();
        leftOut.add(state.toAbsolutePath().normalize());
        for (String environment : manifest.environments()) {
            if (manifest.in(environment) instanceof Reading.Read<EnvironmentView>(var view)) {
                view.environmentFiles().forEach(file -> leftOut.add(whole(file)));
                view.components().values().stream()
                        .map(Component::build)
                        .forEach(build -> {
                            places.add(Path.of(build.dir()));
                            if (isMade(build)) {
                                leftOut.add(whole(Path.of(build.output())));
                            }
                        });
            }
        }
        manifest.files().forEach(file -> places.add(Path.of(file)));
        return looked(() ->
                new SourceScan(
                                scanner,
                                manifest.folder(),
                                file -> leftOut.contains(file) || BuildOrder.isDotenv(file))
                        .scan(places));
    }

    /// In what commits brought below the manifest's folder, dotenv files included: those belong
    /// into no repository.
    ///
    /// @param since a commit, branch or tag
    /// @throws Denied when nobody can tell
    public SecretFindings commits(String since) {
        try {
            return findings(CommitScan.scan(scanner, manifest.folder(), since));
        } catch (CommitScan.NoHistory e) {
            throw new Denied(
                    No.problem(
                            "secret/no-history",
                            "`--since`",
                            String.valueOf(e.getMessage()),
                            "name a commit, branch or tag of the manifest's repository"));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// The same; empty when nobody can tell.
    Optional<SecretFindings> commitsIfKnown(String since) {
        try {
            return Optional.of(findings(CommitScan.scan(scanner, manifest.folder(), since)));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// In an artifact.
    ///
    /// @param named component that it is of, for paths
    SecretFindings artifact(String named, InputStream archive) {
        return looked(() -> ArchiveScan.scan(scanner, archive)).of(named);
    }

    /// In what frontends tell their visitors: there a guess is enough.
    ///
    /// @param components those that are looked at
    List<Problem> told(EnvironmentView view, Set<String> components) {
        var wrong = new ArrayList<Problem>();
        for (Component component : view.components().values()) {
            if (components.contains(component.name())) {
                component
                        .told()
                        .values()
                        .forEach((name, value) -> {
                            Place place = component.source().at("public", "values", name);
                            told(place, name, value)
                                    .map(leak -> problem(place, component.name(), name, leak))
                                    .ifPresent(wrong::add);
                        });
            }
        }
        return wrong;
    }

    /// The surest; what somebody allowed in its line is allowed here, too.
    private Optional<Leak> told(Place place, String name, String value) {
        String line = place instanceof Place.Line(Span _, String text) ? text : "";
        String path = place instanceof Place.Line(Span span, String _) ? span.file() : "";
        int allowed = line.indexOf(SecretScanner.MARKER);
        String content =
                "%s: \"%s\"%s\n"
                        .formatted(name, value, allowed < 0 ? "" : " # " + line.substring(allowed));
        return scanner.scan(path, content.getBytes(StandardCharsets.UTF_8)).stream()
                .filter(leak -> allowances.stream().noneMatch(one -> one.allows(leak, today)))
                .min(Comparator.comparing(Leak::kind));
    }

    /// Says where it is, and does not show the line.
    private static Problem problem(Place place, String component, String name, Leak leak) {
        return new Problem(
                "secret/public",
                place instanceof Place.Line(Span span, String _)
                        ? new Place.Named(span.toString())
                        : place,
                "`%s` of `%s` is public: %s"
                        .formatted(name, component, SecretFindings.sentence(leak)),
                leak.kind() == Leak.Kind.DECLARED
                        ? "take it out, and give out a new one: visitors can read what is public"
                        : "take it out, and give out a new one. If visitors may have it, say so in its"
                                + " line: `# belay:allow-secret REASON`");
    }

    /// What is allowed and cannot be, as there is no such rule, or is no more.
    public List<Problem> doubts() {
        var doubts = new ArrayList<Problem>();
        Set<String> rules = new LinkedHashSet<>(SecretScanner.rules());
        for (AllowedSecret one : manifest.allowedSecrets()) {
            if (!one.rule().equals("*") && !rules.contains(one.rule())) {
                doubts.add(
                        new Problem(
                                "secret/unknown-rule",
                                one.source().at("rule"),
                                "no rule is called `" + one.rule() + "`",
                                Nearest.hint(one.rule(), rules)));
            } else if (one.until() != null && today.isAfter(one.until())) {
                doubts.add(
                        new Problem(
                                "secret/allowance-over",
                                one.source().at("until"),
                                "this counts no more since " + one.until(),
                                "take it out, or give it another day"));
            }
        }
        return doubts;
    }

    private boolean isMade(Build build) {
        return !build.run().isEmpty() && !build.output().equals(build.dir());
    }

    private Path whole(Path path) {
        return manifest.folder().resolve(path).toAbsolutePath().normalize();
    }

    /// Something that reads files.
    private interface Look {
        Looked at() throws IOException;
    }

    private SecretFindings looked(Look look) {
        try {
            return findings(look.at());
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static Denied unreadable(IOException e) {
        return Denied.failure(
                "it cannot be looked for secrets: " + e.getMessage(),
                "see that Belay may read the files");
    }

    private SecretFindings findings(Looked looked) {
        return new SecretFindings(
                looked.with(
                        looked.leaks().stream()
                                .filter(leak ->
                                        allowances.stream()
                                                .noneMatch(one -> one.allows(leak, today)))
                                .toList()));
    }
}
