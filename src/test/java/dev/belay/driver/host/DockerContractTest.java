package dev.belay.driver.host;

import dev.belay.driver.TargetContract;
import dev.belay.driver.TargetGround;
import java.nio.file.Path;

/// Containers of a real Docker Engine keep what every target promises.
class DockerContractTest extends TargetContract {
    @Override
    protected TargetGround ground(Path folder) throws Exception {
        return DockerGround.in(folder);
    }
}
