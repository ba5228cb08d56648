package dev.belay;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    /// The table of ARCHITECTURE.md, in code.
    static final Map<String, Set<String>> MAY_IMPORT =
            Map.ofEntries(
                    row("problem"),
                    row("release"),
                    row("journal", "release"),
                    row("judge"),
                    row("manifest", "problem", "release"),
                    row("schema", "problem", "release"),
                    row("contract", "problem", "manifest"),
                    row("lint", "problem", "release", "manifest", "schema"),
                    row("plan", "problem", "release", "manifest", "schema"),
                    row("policy", "problem", "release", "manifest", "schema", "plan"),
                    row("gate", "problem", "release", "judge"),
                    row("settings", "problem", "release"),
                    row("gateway", "problem"),
                    row("cluster", "problem", "release"),
                    row("driver", "problem", "release", "schema", "gateway", "cluster"),
                    row(
                            "execution",
                            "problem",
                            "release",
                            "journal",
                            "plan",
                            "gate",
                            "judge",
                            "settings",
                            "driver"),
                    row(
                            "server",
                            "problem",
                            "release",
                            "journal",
                            "judge",
                            "manifest",
                            "schema",
                            "contract",
                            "lint",
                            "plan",
                            "policy",
                            "gate",
                            "settings",
                            "gateway",
                            "cluster",
                            "driver",
                            "execution"),
                    row("cli", "problem", "manifest", "plan", "server"));

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.belay");

    @Test
    void packages_import_only_what_the_table_allows() {
        MAY_IMPORT.forEach((from, allowed) -> {
            var forbidden = new TreeSet<>(MAY_IMPORT.keySet());
            forbidden.removeAll(allowed);
            forbidden.remove(from);
            for (String to : forbidden) {
                noClasses()
                        .that()
                        .resideInAPackage("dev.belay." + from + "..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.belay." + to + "..")
                        .because("ARCHITECTURE.md does not let " + from + " import " + to)
                        .allowEmptyShould(true)
                        .check(CLASSES);
            }
        });
    }

    @Test
    void packages_have_no_cycles() {
        slices().matching("dev.belay.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void every_package_is_in_the_table_and_null_marked() {
        CLASSES.forEach(type -> assertThat(MAY_IMPORT).containsKey(house(type)));
        CLASSES.stream()
                .map(type -> type.getPackage())
                .distinct()
                .forEach(p ->
                        assertThat(p.isAnnotatedWith(NullMarked.class)).as(p.getName()).isTrue());
    }

    @Test
    void the_core_does_no_io_and_reads_no_clock() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.belay.release..",
                        "dev.belay.judge..",
                        "dev.belay.schema..",
                        "dev.belay.contract..",
                        "dev.belay.lint..",
                        "dev.belay.plan..",
                        "dev.belay.policy..",
                        "dev.belay.gate..",
                        "dev.belay.settings..",
                        "dev.belay.cluster..",
                        "dev.belay.journal.tree..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.net..", "java.sql..")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    private static Map.Entry<String, Set<String>> row(String from, String... mayImport) {
        return Map.entry(from, Set.of(mayImport));
    }

    /// The first package below `dev.belay`.
    private static String house(JavaClass type) {
        String below = type.getPackageName().substring("dev.belay.".length());
        int dot = below.indexOf('.');
        return dot < 0 ? below : below.substring(0, dot);
    }
}
