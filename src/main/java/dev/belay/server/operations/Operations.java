package dev.belay.server.operations;

import dev.belay.driver.WrittenLines;
import dev.belay.execution.Commands;
import dev.belay.gateway.GatewayClient;
import dev.belay.journal.Journal;
import dev.belay.server.audit.AuditDesk;
import dev.belay.server.people.ConsentDesk;
import dev.belay.server.rollout.TrialDesk;

/// Everything that can be asked, wired once.
///
/// @param nudge wakes the engine after a command
public record Operations(
        Platform platform,
        Checking checks,
        Releases releases,
        ReleaseReader reader,
        WhyReader why,
        StatusReader status,
        Data data,
        Between between,
        Evidence evidence,
        Local local,
        WrittenLines logs,
        Faces faces,
        GatewayUpkeep upkeep,
        Obstacles obstacles,
        Orders orders,
        Journal journal,
        AuditDesk audit,
        GatewayClient gateway,
        Runnable nudge) {
    /// What people may tell a release, what those said whom it asks, and when it begins.
    public record Orders(Commands commands, ConsentDesk consents, Appointments appointments) {}

    /// What concerns environments as a whole, and how they stand to each other.
    public record Between(
            AutomaticPromotion promotion,
            ParityReader parity,
            Freezes freezes,
            ContractReader contracts) {}

    /// What artifacts have shown, and revisions beside each other.
    public record Evidence(
            EvidenceRegistry registry,
            Pipelines pipelines,
            RollbackTrial rollbacks,
            ArtifactDesk artifacts,
            TrialDesk rollouts) {}

    /// What concerns data, which outlive releases.
    public record Data(
            SchemaReader schemas,
            SchemaPlanning planning,
            Adopting adopting,
            Vault vault,
            Restoring restoring) {}
}
