package dev.belay.gateway;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// The gateway as a process: `GatewayMain STATE-FOLDER [LISTEN-ADDRESS…]`.
public final class GatewayMain {
    /// What whoever starts the process should give its JVM: small, and no surprises. A young
    /// generation of fixed size keeps its collections short. The pooled allocator, as the adaptive
    /// one does without its per-thread parts where the heap is small.
    public static final List<String> JVM_FLAGS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-Xms16m",
                    "-Xmn8m",
                    "-Xmx128m",
                    "-Xss512k",
                    "-XX:MaxDirectMemorySize=128m",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-XX:+UseCompactObjectHeaders",
                    "-XX:TrimNativeHeapInterval=5000",
                    "-Dio.netty.allocator.type=pooled",
                    "-Dio.netty.allocator.numHeapArenas=0",
                    "-Dio.netty.allocator.numDirectArenas=2",
                    "-Dio.netty.allocator.maxOrder=6",
                    "-Dio.netty.leakDetection.level=disabled",
                    "-Dio.netty.jfr.enabled=false",
                    "-Dio.netty.noUnsafe=false",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    /// What its environment should have beyond that: as many native heaps as there are loops on a
    /// small machine, for each keeps what it once had.
    public static final Map<String, String> ENVIRONMENT = Map.of("MALLOC_ARENA_MAX", "2");

    private static final int REFUSED = 2;
    private static final int FAILED = 4;

    private GatewayMain() {}

    public static void main(String[] args) throws InterruptedException {
        if (args.length == 0) {
            System.err.println("usage: GatewayMain STATE-FOLDER [LISTEN-ADDRESS...]");
            System.exit(REFUSED);
        }
        var options = GatewayOptions.in(Path.of(args[0]).toAbsolutePath());
        if (args.length > 1) {
            options = options.listeningOn(List.of(args).subList(1, args.length));
        }
        try {
            Gateway gateway = Gateway.start(options);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(gateway)));
            System.out.println("gateway ready at " + options.socket());
        } catch (IOException e) {
            System.err.println("the gateway cannot start: " + e.getMessage());
            System.exit(FAILED);
        }
        new CountDownLatch(1).await();
    }

    private static void close(Gateway gateway) {
        try {
            gateway.close();
        } catch (IOException e) {
            System.err.println("the gateway did not stop cleanly: " + e.getMessage());
        }
    }
}
