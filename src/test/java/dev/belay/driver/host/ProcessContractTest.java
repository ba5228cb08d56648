package dev.belay.driver.host;

import dev.belay.driver.TargetContract;
import dev.belay.driver.TargetGround;
import java.nio.file.Path;

/// Plain processes keep what every target promises.
class ProcessContractTest extends TargetContract {
    @Override
    protected TargetGround ground(Path folder) {
        return new HostGround(new Host(folder));
    }
}
