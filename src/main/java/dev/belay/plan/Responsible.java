package dev.belay.plan;

/// Who is to be asked when a step fails; empty parts are not known.
public record Responsible(String owner, String contact, String runbook) {
    public static final Responsible NOBODY = new Responsible("", "", "");

    static Responsible of(dev.belay.manifest.Responsible who) {
        return new Responsible(who.owner(), who.contact(), who.runbook());
    }
}
