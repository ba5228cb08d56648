package dev.belay.gate.report;

import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Reads a file of whichever form: what it is, is seen by what is in it, and never by its name.
public final class Reports {
    private static final String KNOWN =
            "JUnit XML, TAP, SARIF, CycloneDX, SPDX, JaCoCo, Cobertura, k6, JMeter, promptfoo and"
                    + " Sigstore bundles are known; of other JSON say what counts, with `--passes-when` or `--figure`";

    private static final String BUNDLE = "application/vnd.dev.sigstore.bundle";

    /// Of 64 bytes (Ed25519) at least.
    private static final Pattern BARE_SIGNATURE =
            Pattern.compile("[A-Za-z0-9+/\\r\\n]{64,2000}={0,2}\\s{0,2}");

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
        if (BARE_SIGNATURE.matcher(text).matches()) {
            return signature("signature");
        }
        if (begins.lines().anyMatch(Reports::isTap)) {
            return Tests.tap(text);
        }
        throw unknown();
    }

    /// A file's text, unpacked and decoded.
    ///
    /// @throws Unreadable when it is none, or too much
    public static String text(byte[] content) throws Unreadable {
        return ReportText.of(content);
    }

    private static Reading signature(String kind) {
        return new Reading(
                Format.SIGNATURE, kind, "", "", 0, new TreeMap<>(), Reading.Own.SILENT, List.of());
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
        if (root.path("mediaType").asString("").startsWith(BUNDLE)) {
            return signature(root.has("dsseEnvelope") ? "attestation" : "signature");
        }
        if (root.has("base64Signature")) {
            throw new Unreadable(
                    "is a bundle in cosign's older form",
                    "let cosign write a Sigstore bundle: `--new-bundle-format`");
        }
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
