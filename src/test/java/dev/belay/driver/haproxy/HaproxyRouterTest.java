package dev.belay.driver.haproxy;

import dev.belay.FreePort;
import dev.belay.driver.Instance;
import dev.belay.driver.Router;
import dev.belay.driver.RouterContract;
import dev.belay.driver.RouterGround;
import dev.belay.release.Scope;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/// HAProxy keeps what every router promises.
class HaproxyRouterTest extends RouterContract {
    @Override
    protected RouterGround ground(Path folder) {
        return new HaproxyGround(folder);
    }

    private static final class HaproxyGround implements RouterGround {
        private final HaproxyProcess process;

        HaproxyGround(Path folder) {
            process = new HaproxyProcess(folder.resolve("hp"), folder.resolve("log"));
        }

        @Override
        public Router router(Function<Scope, List<Instance>> instances) {
            return new HaproxyRouter(process, instances, instances);
        }

        @Override
        public int freePort() {
            return FreePort.choose();
        }

        @Override
        public URI address(int port, String path) {
            return URI.create("http://127.0.0.1:" + port + path);
        }

        @Override
        public void restart() throws IOException {
            process.stop();
            process.ensure();
        }

        @Override
        public void stop() throws IOException {
            process.stop();
        }

        @Override
        public Duration patience() {
            return Duration.ofSeconds(20);
        }

        @Override
        public void close() throws IOException {
            process.stop();
        }
    }
}
