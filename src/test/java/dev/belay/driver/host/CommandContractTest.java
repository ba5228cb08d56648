package dev.belay.driver.host;

import dev.belay.driver.TargetContract;
import dev.belay.driver.TargetGround;
import java.nio.file.Path;

/// What commands bring somewhere keeps what every target promises, but for numbers of instances, of
/// which there is one, and for keeping it alive, which is the business of whoever runs it there.
class CommandContractTest extends TargetContract {
    @Override
    protected TargetGround ground(Path folder) throws Exception {
        return new CommandGround(folder);
    }
}
