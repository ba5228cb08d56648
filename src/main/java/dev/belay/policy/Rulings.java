package dev.belay.policy;

import dev.belay.manifest.Component;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.External;
import dev.belay.manifest.Policies;
import dev.belay.manifest.PolicyRule;
import dev.belay.manifest.Source;
import dev.belay.plan.Plan;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.problem.Span;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.Work;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the policies of an environment say: of its manifest, of a planned release, and of one that
/// is to begin.
///
/// ```
/// EnvironmentView ─► Facts ──┐
/// Plan ─────► PlanFacts ─────┼─► Judge ─► Ruling ─► Work.Policed (in the plan)
/// Policies ─► Asked ─────────┘                           └─► asked again from the journal
/// ```
public final class Rulings {
    /// Before the name of a rule that somebody goes past: `--skip policy:production/soak`.
    public static final String EXCEPTION = "policy:";

    private static final Pattern PATH = Pattern.compile("\\b([a-z]+)\\.([a-z_]+)(?:\\.([a-z_]+))?");

    private Rulings() {}

    /// What is wrong with how rules are written, whether they count anywhere or not.
    public static List<Problem> misspelt(Policies policies) {
        var rules = new LinkedHashMap<String, PolicyRule>();
        policies.written().forEach(rule -> rules.put(rule.name(), rule));
        policies.all().forEach(one -> rules.put(one.rule().name(), one.rule()));
        var problems = new ArrayList<Problem>();
        for (PolicyRule rule : rules.values()) {
            misspelt(rule, "rule", rule.rule(), problems);
            if (!rule.when().isEmpty()) {
                misspelt(rule, "when", rule.when(), problems);
            }
        }
        return problems;
    }

    private static void misspelt(PolicyRule rule, String key, String text, List<Problem> problems) {
        if (Expressions.standard().compile(rule.each(), text) instanceof Expressions.Wrong wrong) {
            problems.add(
                    new Problem(
                            "policy/expression",
                            placed(rule.at(key), text, wrong),
                            "the policy `%s` cannot be read: %s"
                                    .formatted(rule.name(), wrong.message()),
                            wrong.hint()));
        }
    }

    /// Where in a line of the file, when the expression stands in one as it is.
    private static Place placed(Place place, String text, Expressions.Wrong wrong) {
        if (!(place instanceof Place.Line(Span span, String line)) || wrong.line() != 1) {
            return place;
        }
        int at = line.indexOf(text);
        if (at < 0) {
            return place;
        }
        int column = line.codePointCount(0, at) + wrong.column() + 1;
        int end = Math.max(column + 1, span.end());
        return new Place.Line(new Span(span.file(), span.line(), column, end), line);
    }

    /// By what the manifest says; rules that look at a release are left for later.
    public static List<Ruling> of(EnvironmentView view) {
        if (view.policies().all().isEmpty()) {
            return List.of();
        }
        List<Asked> rules = asked(view);
        var judge = new Judge(Facts.of(view, Judge.roots(rules)), Set.of(), places(view));
        return rules.stream().map(judge::ask).toList();
    }

    /// By what is planned.
    ///
    /// @return empty where the environment has no policies
    public static Optional<Work.Policed> of(
            EnvironmentView view, Plan plan, Map<String, SchemaVerdict> verdicts, Asking asking) {
        if (view.policies().all().isEmpty()) {
            return Optional.empty();
        }
        List<Asked> rules = asked(view);
        Set<String> roots = new HashSet<>(Judge.roots(rules));
        roots.add("changes");
        boolean submitter = rules.stream().anyMatch(rule -> names(rule, "release.submitter"));
        // Each of many releases would keep all of a large platform otherwise.
        boolean all = Judge.lookAround(rules);
        List<Component> components =
                view.components().values().stream()
                        .filter(one -> all || plan.desired().containsKey(one.name()))
                        .toList();
        SortedMap<String, Object> facts = new TreeMap<>(Facts.of(view, roots, components));
        facts.putAll(PlanFacts.of(plan, verdicts, asking, roots, submitter));
        var judge = new Judge(facts, excepted(view, facts), places(view));
        var kept = new ArrayList<Work.Policed.Rule>();
        for (Asked rule : rules) {
            kept.add(kept(rule, judge.ask(rule)));
        }
        return Optional.of(
                new Work.Policed(
                        Model.VERSION, FactsJson.text(facts), view.policies().regulated(), kept));
    }

    private static boolean names(Asked rule, String path) {
        return rule.rule().contains(path) || rule.when().contains(path);
    }

    private static Work.Policed.Rule kept(Asked rule, Ruling ruling) {
        return new Work.Policed.Rule(
                rule.name(),
                rule.each(),
                rule.when(),
                rule.rule(),
                rule.message(),
                rule.refuses(),
                List.copyOf(rule.only()),
                FactsJson.text(rule.parameters()),
                ruling.hash(),
                ruling.outcome().name().toLowerCase(Locale.ROOT),
                ruling.breaches().stream().map(Rulings::line).toList());
    }

    /// What it says and where that is: `belay.yaml:12:5: …`.
    public static String line(Ruling.Breach breach) {
        return switch (breach.place()) {
            case Place.Line(Span span, _) -> span + ": " + breach.sentence();
            case Place.Named _ -> breach.sentence();
        };
    }

    /// By what was seen when it was planned: what was decided then, decided again.
    public static List<Ruling> again(Work.Policed policed) {
        SortedMap<String, Object> facts = FactsJson.read(policed.facts(), Model.ROOT);
        var excepted = new HashSet<String>();
        policed.rules().stream()
                .filter(rule -> rule.verdict().equals("excepted"))
                .forEach(rule -> excepted.add(rule.name()));
        var judge = new Judge(facts, excepted, (_, _) -> new Place.Named("the plan"));
        return policed.rules().stream().map(Asked::of).map(judge::ask).toList();
    }

    /// By the policies that count now, over what was planned: for a release that is to begin.
    ///
    /// @return those that were not asked then, or were another rule
    public static List<Ruling> changed(EnvironmentView view, Work.Policed policed) {
        var then = new HashSet<String>();
        policed.rules().forEach(rule -> then.add(rule.hash()));
        List<Asked> rules =
                asked(view).stream().filter(rule -> !then.contains(rule.hash().text())).toList();
        if (rules.isEmpty()) {
            return List.of();
        }
        SortedMap<String, Object> facts = new TreeMap<>(Facts.of(view, Judge.roots(rules)));
        facts.putAll(FactsJson.read(policed.facts(), Model.ROOT));
        var judge = new Judge(facts, excepted(view, facts), places(view));
        return rules.stream().map(judge::ask).toList();
    }

    private static List<Asked> asked(EnvironmentView view) {
        return view.policies().all().stream().map(one -> Asked.of(one, view)).toList();
    }

    /// What somebody goes past by name, and may.
    private static Set<String> excepted(EnvironmentView view, Map<String, Object> facts) {
        var names = new HashSet<String>();
        if (facts.get("release") instanceof Map<?, ?> release
                && release.get("exceptions") instanceof List<?> exceptions) {
            for (Policies.InForce one : view.policies().all()) {
                if (one.exceptable() && exceptions.contains(EXCEPTION + one.rule().name())) {
                    names.add(one.rule().name());
                }
            }
        }
        return names;
    }

    private static Judge.Places places(EnvironmentView view) {
        Map<String, PolicyRule> written = new LinkedHashMap<>();
        view.policies().all().forEach(one -> written.put(one.rule().name(), one.rule()));
        return (asked, subject) -> {
            PolicyRule rule = written.get(asked.name());
            Source source = source(view, asked.each(), subject);
            String[] keys = keys(asked, rule == null ? List.of() : rule.at());
            return source != null
                    ? source.at(keys)
                    : asked.each().equals("entrance")
                            ? view.source().at(after(List.of("entrances", subject), keys))
                            : view.source().at(keys);
        };
    }

    private static String[] after(List<String> first, String[] rest) {
        var all = new ArrayList<>(first);
        all.addAll(List.of(rest));
        return all.toArray(String[]::new);
    }

    private static @Nullable Source source(EnvironmentView view, String each, String subject) {
        return switch (each) {
            case "component", "change", "step" -> {
                Component component = view.components().get(subject);
                Datastore datastore = view.datastores().get(subject);
                yield component != null
                        ? component.source()
                        : datastore != null ? datastore.source() : null;
            }
            case "datastore" -> {
                Datastore datastore = view.datastores().get(subject);
                yield datastore == null ? null : datastore.source();
            }
            case "external" -> {
                External external = view.externals().get(subject);
                yield external == null ? null : external.source();
            }
            default -> null;
        };
    }

    /// Those that the rule says, else of what it looks at first.
    private static String[] keys(Asked asked, List<String> said) {
        if (!said.isEmpty()) {
            return said.toArray(String[]::new);
        }
        Matcher path = PATH.matcher(asked.rule());
        while (path.find()) {
            String first = String.valueOf(path.group(1));
            boolean one = first.equals(asked.each()) && !first.isEmpty();
            String root = one ? Model.EACH.get(first) : first;
            Model.Field field = root == null ? null : Model.ROOT.fields().get(root);
            if (field != null && field.of() != null && (one || field.type() == Model.Type.ONE)) {
                var keys = new ArrayList<String>(one ? List.of() : field.keys());
                follow(field.of(), path, keys);
                if (!keys.isEmpty()) {
                    return keys.toArray(String[]::new);
                }
            }
        }
        return new String[0];
    }

    private static void follow(Model.Structure of, Matcher path, List<String> keys) {
        Model.Field second = of.fields().get(String.valueOf(path.group(2)));
        if (second == null) {
            return;
        }
        keys.addAll(second.keys());
        Model.Structure deeper = second.of();
        String last = path.group(3);
        if (deeper != null && last != null) {
            Model.Field third = deeper.fields().get(last);
            if (third != null) {
                keys.addAll(third.keys());
            }
        }
    }
}
