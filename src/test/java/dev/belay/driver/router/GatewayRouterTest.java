package dev.belay.driver.router;

import dev.belay.FreePort;
import dev.belay.driver.Instance;
import dev.belay.driver.Router;
import dev.belay.driver.RouterContract;
import dev.belay.driver.RouterGround;
import dev.belay.driver.acme.OrderedFolders;
import dev.belay.gateway.Gateway;
import dev.belay.gateway.GatewayClient;
import dev.belay.gateway.GatewayOptions;
import dev.belay.release.Scope;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Our gateway keeps what every router promises.
class GatewayRouterTest extends RouterContract {
    @Override
    protected RouterGround ground(Path folder) throws IOException {
        return new GatewayGround(folder);
    }

    private static final class GatewayGround implements RouterGround {
        private final GatewayOptions options;
        private final OrderedFolders ordered;
        private Gateway gateway;

        GatewayGround(Path folder) throws IOException {
            options = GatewayOptions.in(folder.resolve("gw"));
            ordered = new OrderedFolders(folder.resolve("ordered"));
            gateway = Gateway.start(options);
        }

        @Override
        public Router router(Function<Scope, List<Instance>> instances) {
            return new GatewayRouter(
                    new GatewayClient(options.socket(), patience()),
                    instances,
                    instances,
                    _ -> Optional.empty(),
                    ordered,
                    _ -> 0);
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
            gateway.close();
            gateway = Gateway.start(options);
        }

        @Override
        public void stop() throws IOException {
            gateway.close();
        }

        @Override
        public void close() throws IOException {
            gateway.close();
        }
    }
}
