import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyOptions;
import io.vertx.httpproxy.ProxyResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Vert.x's reverse proxy as it is without being asked for anything: one for each argument, which is
/// `PORT:PORT_BEHIND`. Runs until its input ends, and so ends with whoever started it.
final class VertxProxy {
    private static final String HOST = "127.0.0.1";
    private static final int IDLE_SECONDS = 2;

    private VertxProxy() {}

    /// As ours and nginx's do here: the member is asked for what the client asked for.
    private static final class HostStays implements ProxyInterceptor {
        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            var request = context.request();
            HostAndPort asked = request.proxiedRequest().authority();
            if (asked != null) {
                request.setAuthority(asked);
            }
            return context.sendRequest();
        }
    }

    public static void main(String[] ports) throws IOException {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        List<Future<?>> servers = new ArrayList<>();
        for (String pair : ports) {
            String[] two = pair.split(":");
            // HTTP/1.1 is compared, and not ways out of it.
            var plain = new ProxyOptions().setSupportWebSocket(false);
            HttpProxy proxy = HttpProxy.reverseProxy(plain, vertx.createHttpClient());
            proxy.origin(Integer.parseInt(two[1]), HOST);
            proxy.addInterceptor(new HostStays());
            var options = new HttpServerOptions();
            options.setHttp2ClearTextEnabled(false);
            options.setIdleTimeout(IDLE_SECONDS).setIdleTimeoutUnit(TimeUnit.SECONDS);
            servers.add(
                    vertx.createHttpServer(options)
                            .requestHandler(proxy)
                            .listen(Integer.parseInt(two[0]), HOST));
        }
        Future.all(servers)
                .onSuccess(_ -> System.out.println("ready"))
                .onFailure(
                        e -> {
                            e.printStackTrace();
                            System.exit(1);
                        });
        System.in.readAllBytes();
        System.exit(0);
    }
}
