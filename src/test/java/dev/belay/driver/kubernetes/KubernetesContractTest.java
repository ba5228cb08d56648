package dev.belay.driver.kubernetes;

import dev.belay.driver.TargetContract;
import dev.belay.driver.TargetGround;
import java.nio.file.Path;

/// Pods of a cluster keep what every target promises: of the one that `KUBECONFIG` names, or else
/// of the fake API server.
class KubernetesContractTest extends TargetContract {
    @Override
    protected TargetGround ground(Path folder) throws Exception {
        String named = System.getenv().getOrDefault("KUBECONFIG", "");
        System.err.println(
                "KUBERNETES IS TRIED AT " + (named.isEmpty() ? "THE FAKE API SERVER" : named));
        return named.isEmpty() ? FakeGround.in(folder) : RealGround.in(folder, Path.of(named));
    }
}
