package dev.belay.driver.kubernetes;

import dev.belay.driver.RouterContract;
import dev.belay.driver.RouterGround;
import dev.belay.release.Placement;
import dev.belay.release.Traffic;
import java.nio.file.Path;
import java.util.stream.Collectors;

/// Routes of a cluster's gateway keep what every router promises, weights to the hundredth.
class GatewayApiContractTest extends RouterContract {
    @Override
    protected RouterGround ground(Path folder) throws Exception {
        return new ClusterRouterGround(
                folder,
                new Placement.Gateway("main", "", "https", ""),
                asked ->
                        asked.stream()
                                .collect(
                                        Collectors.toMap(
                                                Traffic.Share::revision, Traffic.Share::weight)));
    }
}
