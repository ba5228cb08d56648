package dev.belay.manifest;

import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.problems;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.ProblemText;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a frontend tells its visitors, as it is written.
class PublicValuesTest {
    @TempDir Path folder;

    private static String manifest(String told, String more) {
        return """
        platform: shop
        components:
          api:
            kind: service
            run: node main.js
            port: 3000
            env: {secret: [JWT_SECRET]}
          web:
            kind: frontend
            static: dist
            port: 3001
            public: %s
        environments:
          staging: {target: process}
          production: {target: process, components: %s}
        """
                .formatted(told, more);
    }

    private PublicValues told(String text, String environment) {
        return view(good(folder, text), environment).component("web").told();
    }

    private String wrong(String told) {
        return ProblemText.of(problems(folder, manifest(told, "{}")));
    }

    @Test
    void each_environment_has_its_own_values_and_the_rest_in_common() {
        String text =
                manifest(
                        "{values: {API_URL: \"http://localhost:3000\", RELEASE: 1.10}}",
                        "{web: {public: {values: {API_URL: \"https://api.example.org\"}}}}");
        assertThat(told(text, "staging"))
                .isEqualTo(
                        new PublicValues(
                                "/env.js",
                                "__ENV",
                                false,
                                sorted("API_URL", "http://localhost:3000", "RELEASE", "1.10")));
        assertThat(told(text, "production").values())
                .isEqualTo(sorted("API_URL", "https://api.example.org", "RELEASE", "1.10"));
        PublicValues json = told(manifest("{at: /a/env.json, values: {A: ''}}", "{}"), "staging");
        assertThat(json.at()).isEqualTo("/a/env.json");
        assertThat(json.global()).isEmpty();
    }

    private static SortedMap<String, String> sorted(String... pairs) {
        var map = new TreeMap<String, String>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    @Test
    void who_says_nothing_tells_nothing_and_only_frontends_have_visitors() {
        String text = manifest("null", "{}").replace("    public: null\n", "");
        assertThat(told(text, "staging")).isEqualTo(PublicValues.NONE);
        String misplaced = text.replace("port: 3000", "port: 3000\n    public: {values: {A: b}}");
        assertThat(ProblemText.of(problems(folder, misplaced)))
                .contains("a `service` has no `public`");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "env.js",
                "/../env.js",
                "/a/../env.js",
                "/./env.js",
                "//env.js",
                "/a//env.js",
                "/.well-known/env.js",
                "/%2e%2e/env.js",
                "'/a\\env.js'",
                "/env.js?x=1",
                "'/env.js#x'",
                "/env.html",
                "/env.js/",
                "/env",
                "/.js",
                "'/ä.js'",
                "/a b.js"
            })
    void what_is_no_path_of_a_script_or_a_map_is_refused(String at) {
        assertThat(wrong("{values: {A: b}, at: %s}".formatted(at)))
                .contains("`at` must be a path such as `/env.js`");
    }

    @ParameterizedTest
    @ValueSource(strings = {"''", "a-b", "1a", "a.b", "'a b'", "ä", "\"a\\u2028b\"", "x;alert(1)"})
    void what_no_script_could_set_is_refused(String global) {
        assertThat(wrong("{values: {A: b}, global: %s}".formatted(global)))
                .contains("`global` must be the name of a variable of scripts");
    }

    @ParameterizedTest
    @ValueSource(strings = {"location", "window", "name", "undefined", "fetch", "__proto__"})
    void what_every_page_has_already_is_refused(String global) {
        assertThat(wrong("{values: {A: b}, global: %s}".formatted(global)))
                .contains("every page has a `" + global + "` already");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{values: {JWT_SECRET: abc}}|`JWT_SECRET` is secret for `api`",
                "{values: {API_URL: '${API_URL}'}}|`API_URL` refers to a variable",
                "{values: {API_URL: 'https://x:${JWT_SECRET}@y'}}|`API_URL` refers to a variable",
                "{values: {__proto__: x}}|`__proto__` is no value",
                "{values: {a-b: x}}|must be a variable's name",
                "{values: {A: [1]}}|`A` must be a single value",
                "{values: {A: {b: c}}}|`A` must be a single value",
                "{at: /env.js}|`public` must have `values`",
                "{values: {A: b}, at: /env.json, global: X}|JSON sets no `global`",
                "{values: {A: b}, baked: true}|and its `build` has no `run`",
                "{values: {A: b}, baked: true, at: /env.js}|they have no `at`",
                "{values: {A: b}, baked: true, global: X}|they have no `global`",
                "{values: {A: b}, served: true}|`public` has no key `served`"
            })
    void what_may_be_secret_or_says_two_things_is_refused(String told, String said) {
        assertThat(wrong(told)).contains(said);
    }

    @Test
    void a_page_does_not_wait_for_a_book() {
        assertThat(wrong("{values: {A: \"%s\"}}".formatted("x".repeat(40_000))))
                .contains("the public values of `web` have 40001 characters");
    }

    @Test
    void what_is_baked_is_so_in_all_environments_and_says_what_it_is_made_of() {
        String baked =
                manifest("{values: {A: b}, baked: true}", "{}")
                        .replace("static: dist", "static: dist\n    build: {run: make}");
        assertThat(ProblemText.of(problems(folder, baked))).contains("its `build` has no `inputs`");
        String whole = baked.replace("{run: make}", "{run: make, inputs: [\"src/**\"]}");
        assertThat(told(whole, "production"))
                .isEqualTo(new PublicValues("", "", true, sorted("A", "b")));
        String overridden =
                whole.replace("components: {}", "components: {web: {public: {baked: false}}}");
        assertThat(ProblemText.of(problems(folder, overridden)))
                .contains("the same in all environments");
    }

    @Test
    void a_secret_is_told_of_by_its_place_and_not_shown() {
        assertThat(ProblemText.of(problems(folder, manifest("{values: {JWT_SECRET: abc}}", "{}"))))
                .contains(
                        """
                        belay.yaml:12:23: `JWT_SECRET` is secret for `api`, and everybody can read what is public  [manifest/public-secret]
                        hint: leave it out here; what visitors need has a name of its own
                        """);
    }
}
