package dev.belay.driver.kubernetes;

import dev.belay.driver.RouterContract;
import dev.belay.driver.RouterGround;
import dev.belay.release.Placement;
import dev.belay.release.Traffic;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// Services of a cluster keep what every router promises, but for weights that are none of numbers
/// of pods.
class ServicesContractTest extends RouterContract {
    /// Of what the contract asks for, this is what so many pods come to.
    private static final Map<String, Map<String, Integer>> REACHED =
            Map.of(
                    "9/2 1/1", Map.of("api-1", 2, "api-2", 1),
                    "80/2 20/1", Map.of("api-1", 2, "api-2", 1),
                    "99/1 1/3", Map.of("api-1", 1, "api-2", 1));

    @Override
    protected RouterGround ground(Path folder) throws Exception {
        return new ClusterRouterGround(
                folder, new Placement.Inside(), ServicesContractTest::reached);
    }

    private static Map<String, Integer> reached(List<Traffic.Share> asked) {
        String key =
                asked.stream()
                        .map(one -> one.weight() + "/" + one.instances())
                        .collect(Collectors.joining(" "));
        return Objects.requireNonNull(REACHED.get(key), key);
    }
}
