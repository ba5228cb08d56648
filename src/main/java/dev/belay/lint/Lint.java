package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import dev.belay.manifest.Component;
import dev.belay.manifest.LintAllowance;
import dev.belay.manifest.LintRule;
import dev.belay.manifest.LintRules;
import dev.belay.manifest.LintRules.Level;
import dev.belay.release.PathPattern;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Looks at a platform and its files by all rules. The same files and the same day give the same
/// findings, in the same order.
public final class Lint {
    private final LintRules rules;
    private final List<Surroundings> everywhere;
    private final SourceTree tree;
    private final LocalDate today;

    /// One of these rules.
    ///
    /// @param everywhere the platform in each of its environments
    /// @param today until when something was allowed
    public Lint(LintRules rules, List<Surroundings> everywhere, SourceTree tree, LocalDate today) {
        this.rules = rules;
        this.everywhere = List.copyOf(everywhere);
        this.tree = tree;
        this.today = today;
    }

    /// What was found.
    ///
    /// @param findings by file and line, of rules that are not off, without what is allowed
    /// @param files how many were looked into
    /// @param passedBy files of components that are code and could not be read, or are too long
    public record Found(List<Finding> findings, int files, List<String> passedBy) {
        public Found {
            findings = List.copyOf(findings);
            passedBy = List.copyOf(passedBy);
        }
    }

    /// Everything.
    public Found look() {
        Map<String, Component> components = new LinkedHashMap<>();
        everywhere.forEach(here -> here.view().components().forEach(components::putIfAbsent));
        var parts = new Parts(components.values());
        var known = new Known(tree);
        var findings = new ArrayList<Finding>();
        for (Surroundings here : everywhere) {
            var local = new Parts(here.view().components().values());
            if (isOn(LintRule.SHARED_DATABASE)) {
                findings.addAll(new DatabaseRule(local).look(here));
            }
            if (isOn(LintRule.ORDER_ASSUMPTION)) {
                findings.addAll(new OrderRule(known, local).look(here));
            }
        }
        var passedBy = new ArrayList<String>();
        int files = files(known, parts, findings, passedBy);
        return new Found(inOrder(findings), files, passedBy);
    }

    private boolean isOn(LintRule rule) {
        return rules.level(rule) != Level.OFF;
    }

    private int files(Known known, Parts parts, List<Finding> findings, List<String> passedBy) {
        var imports = new ImportRule(known, parts);
        var tables = new TableRule(shared());
        var sdk = new SdkRule(known, everywhere);
        boolean queries = isOn(LintRule.SHARED_DATABASE) && tables.isNeeded();
        int files = 0;
        for (String path : tree.paths()) {
            boolean imported = isOn(LintRule.CROSS_SERVICE_IMPORT) && ImportRule.isOne(path);
            boolean queried = queries && TableRule.isOne(path);
            boolean asked = isOn(LintRule.FRONTEND_BYPASSES_SDK) && SdkRule.isOne(path);
            if (!imported && !queried && !asked) {
                continue;
            }
            List<Part> owners = parts.owners(path);
            if (owners.isEmpty() || FilePath.isTest(path) || FilePath.isForeign(path)) {
                continue;
            }
            Optional<SourceText> text = known.source(path);
            if (text.isEmpty()) {
                passedBy.add(path);
                continue;
            }
            files++;
            if (imported) {
                findings.addAll(imports.look(text.get(), owners));
            }
            if (queried) {
                tables.look(text.get(), owners);
            }
            if (asked) {
                findings.addAll(sdk.look(text.get(), owners));
            }
        }
        findings.addAll(imports.units());
        findings.addAll(tables.findings());
        return files;
    }

    /// Of any environment.
    private Map<String, Map<String, List<String>>> shared() {
        Map<String, Map<String, List<String>>> shared = new TreeMap<>();
        for (Surroundings here : everywhere) {
            new DatabaseRule(new Parts(here.view().components().values()))
                    .shared(here)
                    .forEach((own, others) ->
                            others.forEach((other, names) ->
                                    shared.computeIfAbsent(own, _ -> new TreeMap<>())
                                            .putIfAbsent(other, names)));
        }
        return shared;
    }

    private List<Finding> inOrder(List<Finding> findings) {
        // The same line may be found in several environments.
        Map<String, Finding> once = new LinkedHashMap<>();
        for (Finding finding : findings) {
            if (rules.allowed().stream().noneMatch(one -> allows(one, finding))) {
                once.putIfAbsent(finding.place() + finding.message(), finding);
            }
        }
        return once.values().stream()
                .sorted(
                        Comparator.comparing(Finding::path)
                                .thenComparingInt(Finding::line)
                                .thenComparing(Finding::message))
                .toList();
    }

    private boolean allows(LintAllowance one, Finding finding) {
        return one.rule() == finding.rule()
                && one.counts(today)
                && (one.path().isEmpty()
                        ? finding.about().containsAll(one.of())
                        : new PathPattern(one.path()).matches(finding.path()));
    }

    /// The names that an allowance may have.
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        everywhere.forEach(here -> {
            names.addAll(here.view().components().keySet());
            names.addAll(here.view().datastores().keySet());
            names.addAll(here.view().externals().keySet());
        });
        return names;
    }
}
