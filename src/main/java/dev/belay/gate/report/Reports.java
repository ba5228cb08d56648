package dev.belay.gate.report;

import tools.jackson.databind.JsonNode;

/// Reads a file of whichever form: what it is, is seen by what is in it, and never by its name.
public final class Reports {
    private static final String KNOWN =
            "JUnit XML, TAP, SARIF, CycloneDX, SPDX, JaCoCo, Cobertura, k6, JMeter and promptfoo are"
                    + " known; of other JSON say what counts, with `--passes-when` or `--figure`";

    private Reports() {}

    /// What the file says.
    ///
    /// @param content plain, or packed by gzip
    /// @param stated what counts of it; [Stated#NOTHING] where its form is known
    /// @throws Unreadable when it is none of them, or not whole, or more than any tool writes
    public static Reading read(byte[] content, Stated stated) throws Unreadable {
        String text = ReportText.of(content);
        String begins = text.substring(0, Math.min(4096, text.length())).stripLeading();
        if (!stated.isEmpty()) {
            return stated.read(JsonReport.read(text));
        }
        if (begins.startsWith("<")) {
            return xml(text);
        }
        if (begins.startsWith("{") || begins.startsWith("[")) {
            return json(JsonReport.read(text));
        }
        if (begins.lines().anyMatch(Reports::isTap)) {
            return Tests.tap(text);
        }
        throw unknown();
    }

    private static boolean isTap(String line) {
        return line.matches("TAP version [0-9]{1,3}|1\\.\\.[0-9]{1,9}( *#.*)?|(not )?ok\\b.*");
    }

    private static Reading xml(String text) throws Unreadable {
        return switch (XmlReport.root(text)) {
            case "testsuites", "testsuite" -> Tests.junit(text);
            case "report" -> Coverage.jacoco(text);
            case "coverage" -> Coverage.cobertura(text);
            case "bom" ->
                    throw new Unreadable("is CycloneDX as XML", "let the tool write it as JSON");
            default -> throw unknown();
        };
    }

    private static Reading json(JsonNode root) throws Unreadable {
        if (root.path("runs").isArray()) {
            return Scan.sarif(root);
        }
        if (root.path("bomFormat").asString("").equals("CycloneDX")) {
            return Scan.cyclonedx(root);
        }
        boolean spdx = root.path("spdxVersion").asString("").startsWith("SPDX-");
        boolean third = root.path("@context").asString("").contains("spdx.org");
        if (spdx || third) {
            return Scan.spdx(root);
        }
        if (root.path("metrics").isObject() && !root.path("metrics").isEmpty()) {
            return Load.k6(root);
        }
        if (root.path("Total").has("sampleCount")) {
            return Load.jmeter(root);
        }
        boolean summary = root.path("results").isArray() && root.path("stats").isObject();
        if (root.path("results").path("results").isArray() || summary) {
            return Evaluation.promptfoo(root);
        }
        throw unknown();
    }

    private static Unreadable unknown() {
        return new Unreadable("is of no form that is known", KNOWN);
    }
}
