package dev.belay.server.text;

import dev.belay.journal.AuditLog;
import dev.belay.journal.AuditReport;
import dev.belay.server.audit.BundleReport;
import dev.belay.server.audit.ProofReport;
import dev.belay.server.audit.WitnessView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The audit log for people: entries a line each, and what came out when it was verified.
public final class AuditText {
    private static final Set<String> SHOWN_ALREADY =
            Set.of("actor", "at", "seq", "v", "release", "fact", "deed", "of", "entry", "fence");

    /// Kept as milliseconds, which nobody reads.
    private static final Set<String> INSTANTS = Set.of("from", "until");

    private final StringBuilder text = new StringBuilder();
    private final Paint paint;

    private AuditText(boolean colour) {
        paint = new Paint(colour);
    }

    /// Number, time, who, what, where, and the rest as it was logged.
    public static String entries(List<AuditLog.Leaf> leaves, boolean colour) {
        var writer = new AuditText(colour);
        leaves.forEach(writer::entry);
        return writer.text.toString();
    }

    private void entry(AuditLog.Leaf leaf) {
        text.append(leaf.seq())
                .append("  ")
                .append(paint.dim(Instant.ofEpochMilli(leaf.at()).toString()))
                .append("  ")
                .append(Paint.plain(leaf.actor()))
                .append("  ");
        try {
            JsonNode body = JsonMapper.shared().readTree(leaf.body());
            JsonNode fact = body.path("fact");
            boolean line = fact.isObject();
            String action = line ? fact.path("type").asString("") : body.path("deed").asString("");
            text.append(paint.bold(Paint.plain(action)));
            if (line) {
                text.append("  ").append(Paint.plain(body.path("release").asString("")));
            }
            rest(line ? fact : body.path("of"));
            rest(body);
        } catch (JacksonException _) {
            text.append(Paint.plain(leaf.body()));
        }
        text.append('\n');
    }

    private void rest(JsonNode of) {
        for (Map.Entry<String, JsonNode> field : of.properties()) {
            boolean known = field.getKey().equals("type") || SHOWN_ALREADY.contains(field.getKey());
            JsonNode value = field.getValue();
            String said = said(field.getKey(), value);
            if (!known && !said.isEmpty()) {
                text.append("  ")
                        .append(paint.dim(Paint.plain(field.getKey()) + "="))
                        .append(Paint.plain(said));
            }
        }
    }

    private static String said(String name, JsonNode value) {
        if (INSTANTS.contains(name) && value.isIntegralNumber()) {
            return Instant.ofEpochMilli(value.asLong()).toString();
        }
        return value.isString() ? value.asString() : value.toString();
    }

    /// What came out of a journal.
    ///
    /// @param key who may sign
    public static String of(AuditReport report, String key, boolean colour) {
        var writer = new AuditText(colour);
        writer.line("entries      " + report.entries());
        writer.line("root         " + (report.root().isEmpty() ? "-" : report.root()));
        writer.line(
                "checkpoints  "
                        + report.checkpoints()
                        + ", signed up to entry "
                        + report.signedUpTo());
        writer.line("key          " + key);
        long unsigned = report.entries() - report.signedUpTo();
        var remarks = new ArrayList<String>();
        if (report.isWell() && unsigned > 0) {
            remarks.add("the last " + unsigned + " entries are not yet signed");
        }
        writer.end(report.findings(), remarks);
        return writer.text.toString();
    }

    /// What came out of a bundle.
    public static String of(BundleReport report, boolean colour) {
        var writer = new AuditText(colour);
        writer.line(
                "release      "
                        + Paint.plain(report.release())
                        + "  "
                        + Paint.plain(report.state()));
        writer.line(
                "submitted    "
                        + Instant.ofEpochMilli(report.submittedAt())
                        + " by "
                        + Paint.plain(report.submittedBy()));
        writer.line("plan         " + Paint.plain(report.planDigest()));
        writer.line(
                "entries      "
                        + report.lines()
                        + " of the release, "
                        + report.others()
                        + " about it");
        writer.line("log          " + report.size() + " entries when it was signed");
        writer.line("key          " + (report.key().isEmpty() ? "-" : report.key()));
        writer.end(report.findings(), report.remarks());
        return writer.text.toString();
    }

    /// What came out of a proof.
    public static String of(ProofReport report, boolean colour) {
        var writer = new AuditText(colour);
        writer.line(
                report.seq() > 0
                        ? "entry        " + report.seq()
                        : "began with   " + report.from() + " entries");
        writer.line("log          " + report.size() + " entries when it was signed");
        writer.line("key          " + (report.key().isEmpty() ? "-" : report.key()));
        writer.end(report.findings(), List.of());
        return writer.text.toString();
    }

    private void end(List<AuditReport.Finding> findings, List<String> remarks) {
        for (AuditReport.Finding one : findings) {
            String kind = one.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
            line(paint.bad(kind) + "  " + Paint.plain(one.what()));
        }
        remarks.forEach(remark -> line(paint.warn(Paint.plain(remark))));
        line(
                findings.isEmpty()
                        ? paint.good("nothing was changed")
                        : paint.bad("it is not what was written"));
    }

    /// Who keeps checkpoints.
    public static String witnesses(List<WitnessView> witnesses, long now, boolean colour) {
        var writer = new AuditText(colour);
        if (witnesses.isEmpty()) {
            writer.line(
                    "there is no witness: whoever rules this machine can rewrite the log and sign it anew");
        }
        for (WitnessView one : witnesses) {
            writer.line(
                    writer.paint.bold(Paint.plain(one.name()))
                            + "  "
                            + Paint.plain(one.where())
                            + "  told of "
                            + one.size()
                            + " entries");
            if (!one.trouble().isEmpty()) {
                writer.line(
                        "  "
                                + writer.paint.bad(Paint.plain(one.trouble()))
                                + writer.paint.dim(", since " + Ages.ago(one.since(), now)));
            }
        }
        return writer.text.toString();
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
