package dev.belay.server.audit;

import dev.belay.journal.AuditReport.Finding;
import dev.belay.journal.AuditReport.Kind;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What the proven entries of a bundle say of its release, and whether they are all there.
final class BundledRelease {
    private String id = "";
    private String givenPlan = "";
    private String planDigest = "";
    private String submittedBy = "";
    private long submittedAt;
    private String state = "";
    private long lines;
    private boolean ended;

    void named(String release) {
        id = release;
    }

    /// The plan that lies in the bundle, by its digest.
    void plan(String digest) {
        givenPlan = digest;
    }

    void entry(long seq, JsonNode body, List<Finding> findings) {
        boolean own = body.path("release").asString("").equals(id);
        if (!own) {
            if (!body.path("of").path("release").asString("").equals(id)) {
                findings.add(
                        new Finding(
                                Kind.INSERTED,
                                seq,
                                "entry %d is not about release `%s`".formatted(seq, id)));
            }
            return;
        }
        lines++;
        long number = body.path("entry").asLong(-1);
        if (number != lines) {
            findings.add(
                    new Finding(
                            Kind.REMOVED,
                            seq,
                            "line %d of the release is not in it: entry %d tells line %d"
                                    .formatted(lines, seq, number)));
            lines = number;
        }
        JsonNode fact = body.path("fact");
        state = body.path("state").asString("");
        switch (fact.path("type").asString("")) {
            case "submitted" -> {
                planDigest = fact.path("plan-digest").asString("");
                submittedBy = body.path("actor").asString("");
                submittedAt = body.path("at").asLong(0);
            }
            case "ended" -> ended = true;
            default -> {}
        }
    }

    void end(List<Finding> findings, List<String> remarks) {
        if (lines == 0) {
            findings.add(new Finding(Kind.REMOVED, 0, "nothing in it is of release `" + id + "`"));
        } else if (!planDigest.equals(givenPlan)) {
            findings.add(
                    new Finding(
                            Kind.CHANGED,
                            0,
                            "its plan has the digest %s, and release `%s` was submitted with %s"
                                    .formatted(givenPlan, id, planDigest)));
        }
        if (lines > 0 && !ended) {
            remarks.add("release `" + id + "` had not ended when this was written");
        }
    }

    /// As the release's id begins.
    String environment() {
        int hyphen = id.lastIndexOf('-');
        return hyphen < 0 ? "" : id.substring(0, hyphen);
    }

    String planDigest() {
        return planDigest;
    }

    String submittedBy() {
        return submittedBy;
    }

    long submittedAt() {
        return submittedAt;
    }

    String state() {
        return state;
    }

    long lines() {
        return lines;
    }
}
