package dev.belay.manifest;

/// Whom to turn to when something fails; printed with every failure. Each part is empty when nobody
/// wrote it down.
public record Responsible(String owner, String contact, String runbook) {
    public static final Responsible NOBODY = new Responsible("", "", "");

    /// Fills what is empty here from what stands above it.
    Responsible or(Responsible above) {
        return new Responsible(
                owner.isEmpty() ? above.owner : owner,
                contact.isEmpty() ? above.contact : contact,
                runbook.isEmpty() ? above.runbook : runbook);
    }
}
