package dev.belay.server.operations;

import java.util.List;

/// The gateway that runs for this state folder, as the control plane looks after it.
public interface GatewayUpkeep {
    /// Which gateway answers; [View#AWAY] when none does.
    View view();

    /// What it shows at ports that speak TLS; nothing when none does, or no gateway answers.
    CertificateStatus certificates();

    /// Components of an environment that it does not let every request through to; none when no
    /// gateway answers.
    List<DoorStatus> doors(String environment);

    /// A new process takes the gateway's place and its ports; the old one serves what it had.
    ///
    /// @throws Denied when the gateway goes on as it was
    Upgrade upgrade();

    /// One gateway.
    ///
    /// @param build version and mark of the archive that it runs; `""` when it cannot say
    /// @param current whether it is the build that the control plane runs
    /// @param predecessors processes that still serve what they had before it took their place
    record View(long pid, String build, boolean current, List<Long> predecessors) {
        static final View AWAY = new View(0, "", true, List.of());

        public View {
            predecessors = List.copyOf(predecessors);
        }
    }

    /// What an upgrade did.
    ///
    /// @param millis from the start of the new process until it served
    record Upgrade(View before, View after, long millis) {}
}
