package dev.belay.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.manifest.PolicyPack;
import dev.belay.manifest.PolicyPacks;
import dev.belay.manifest.PolicyParameters;
import dev.belay.manifest.PolicyRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The manual of policies says what is declared. `-Dwrite-reference=true` writes it.
class PolicyDocsTest {
    private static final Path PAGE = Path.of("docs/reference/policies.md");

    /// Fields that Belay cannot see to be so.
    private static final Pattern DECLARED =
            Pattern.compile("\\.(phi|tenants|serving_tenants|logs|encrypted_at_rest|vendor)\\b");

    @Test
    void the_manual_is_up_to_date() throws IOException {
        if (Boolean.getBoolean("write-reference")) {
            Files.writeString(PAGE, manual());
        }
        assertThat(PAGE).hasContent(manual());
    }

    private static String manual() {
        var page = new StringBuilder(INTRODUCTION);
        for (String name : PolicyPacks.names()) {
            pack(PolicyPacks.find(name).orElseThrow(), page);
        }
        page.append(MODEL).append(Model.VERSION).append(".\n\n");
        structure("Everywhere", Model.ROOT, page);
        Model.structures().forEach(one -> structure("`" + one.name() + "`", one, page));
        return page.toString();
    }

    private static void pack(PolicyPack pack, StringBuilder page) {
        page.append("### `").append(pack.name()).append("`\n\n").append(pack.about());
        if (!pack.parameters().values().isEmpty()) {
            page.append(" Measured by ")
                    .append(
                            pack.parameters().values().entrySet().stream()
                                    .map(one ->
                                            "`%s` (%s)"
                                                    .formatted(
                                                            one.getKey(),
                                                            PolicyParameters.text(one.getValue())))
                                    .collect(Collectors.joining(", ")))
                    .append('.');
        }
        page.append("\n\n| Rule | Broken where | Rests on | Because |\n|---|---|---|---|\n");
        for (PolicyRule rule : pack.rules()) {
            boolean declared = DECLARED.matcher(rule.rule()).find();
            page.append(
                    "| `%s` | %s | %s | %s *(%s)* |\n"
                            .formatted(
                                    rule.name(),
                                    rule.message(),
                                    declared ? "what is declared" : "what Belay sees",
                                    rule.why(),
                                    rule.from()));
        }
        page.append('\n');
    }

    private static void structure(String title, Model.Structure structure, StringBuilder page) {
        page.append("### ").append(title).append("\n\n").append(structure.about()).append("\n\n");
        page.append("| Field | Type | |\n|---|---|---|\n");
        structure
                .fields()
                .values()
                .forEach(field ->
                        page.append(
                                "| `%s` | `%s` | %s |\n"
                                        .formatted(field.name(), field.typeText(), field.about())));
        page.append('\n');
    }

    private static final String INTRODUCTION =
            """
            # Policies

            Rules that releases are held to: the packs that come with Belay, and a platform's own. How to use them: [hold production to a policy](../how-to/hold-production-to-a-policy.md). This page is made of
            the packs and the model themselves.

            ## When they are asked

            | When | Of what | What a broken rule does |
            |---|---|---|
            | `belay check`, `belay policy check ENV` | the manifest; rules that look at a release wait | a problem, with its line (exit 2) |
            | `belay plan ENV` | the planned release | a warning of the plan, with the line |
            | `belay deploy ENV`, a promotion, one that comes by itself | the planned release | refused (exit 3, HTTP 409), nothing is begun |
            | when it begins, as a step before anything is looked at | rules that count now and were not asked then, or are others | the release falls, nothing is changed |

            A rule with `each: component` is asked of the components that a release brings; `belay check` asks it of all. A rule that cannot be decided is broken. A rollback is asked nothing: nobody is kept on a
            release that harms.

            The step in the plan holds every rule with its text, its hash (SHA-256 of all that it says) and its answer, and the facts that were looked at, as JSON: `belay show RELEASE --json`. Names of variables are in
            it, values never. The digest that people approve covers it.

            ## How they are written

            `rule` and `when` are [CEL](https://cel.dev), and must be `bool`. There are the operators, `in`, `size`, `startsWith`, `endsWith`, `contains`, `matches` (RE2), `has`, `all`, `exists`, `exists_one`, `duration("10m")`,
            conversions and arithmetic. There is no `map`, no `filter`, and nothing that puts texts or lists together: a rule answers, and builds nothing.

            Bounds: 2000 characters, 32 levels of nesting, 2000 parts, 50 000 rounds of all loops of one evaluation, patterns of at most 500 instructions, 200 rules of a platform's own, and 10 s for all rules together. What is beyond is a problem,
            or cannot be decided.

            The place that is shown is the key of the manifest that `at` names, or the one behind the field that `rule` names first; where nobody wrote that key, the nearest thing around it.

            ## What is not there

            - What is only *declared* (health data, tenants, logs, vendors, encryption at rest) Belay cannot see. A pack holds you to declaring it, and to its not contradicting itself.
            - Belay neither filters nor keeps the logs of components, and looks into no data.
            - A component's own port is plain HTTP, whatever its entrances are; who may reach it is for the host's firewall.
            - No rule looks at the values of variables, at the contents of artifacts, or at what another environment runs.
            - Regulated environments: the pack reads the last 50 releases of the environment to know that it was regulated. Whoever can write the journal's database can take that away, as everything else.

            ## The packs

            """;

    private static final String MODEL =
            """
            ## What a rule can look at

            Every field is always there; what nobody wrote is empty, zero, or what counts then. With `each: component` there is `component`, and so on for `datastore`, `external`, `entrance`, `change` and `step`. `release`, `changes` and `steps`
            are known of a planned release only. The plan names the version of these declarations:
            """;
}
