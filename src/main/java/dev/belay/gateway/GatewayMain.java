package dev.belay.gateway;

import dev.belay.gateway.handover.TakeOver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;

/// The gateway as a process: `GatewayMain STATE-FOLDER [LISTEN-ADDRESS…]`. With `--take-over` it
/// takes the place of the one that runs there, which then drains; `--drain` says for how long at
/// most.
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
                    "--sun-misc-unsafe-memory-access=allow",
                    // Nothing here is ever made of serialized objects.
                    "-Djdk.serialFilter=!*",
                    // What is logged, and how, without reading a file; and without saying so.
                    "-Dslf4j.provider=dev.belay.gateway.Logging",
                    "-Dslf4j.internal.verbosity=WARN");

    /// What its environment should have beyond that: as many native heaps as there are loops on a
    /// small machine, for each keeps what it once had.
    public static final Map<String, String> ENVIRONMENT = Map.of("MALLOC_ARENA_MAX", "2");

    private static final String DRAIN = "--drain";
    private static final String USAGE =
            "usage: GatewayMain [--take-over] [--drain SECONDS] STATE-FOLDER [LISTEN-ADDRESS...]";
    private static final int REFUSED = 2;
    private static final int FAILED = 4;

    private GatewayMain() {}

    public static void main(String[] args) throws InterruptedException {
        var words = new ArrayDeque<>(List.of(args));
        boolean takeOver = words.remove("--take-over");
        try {
            Duration drain = drain(words);
            if (words.isEmpty()) {
                System.err.println(USAGE);
                System.exit(REFUSED);
            }
            var options = GatewayOptions.in(Path.of(words.removeFirst()).toAbsolutePath());
            if (!words.isEmpty()) {
                options = options.listeningOn(List.copyOf(words));
            }
            Gateway gateway =
                    takeOver
                            ? Gateway.takeOver(options, drain, !words.isEmpty())
                            : Gateway.start(options);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(gateway)));
            // By the archives as they are now: they may be replaced while this runs.
            System.out.println("gateway ready at " + options.socket() + ", build " + Build.RUNNING);
            gateway.await();
        } catch (NumberFormatException _) {
            System.err.println(USAGE);
            System.exit(REFUSED);
        } catch (IOException e) {
            System.err.println("the gateway cannot start: " + e.getMessage());
            System.exit(FAILED);
        }
        System.exit(0);
    }

    /// Takes `--drain SECONDS` out.
    private static Duration drain(ArrayDeque<String> words) {
        if (!DRAIN.equals(words.peekFirst())) {
            return TakeOver.DRAIN;
        }
        words.removeFirst();
        return Duration.ofSeconds(Long.parseLong(words.isEmpty() ? "" : words.removeFirst()));
    }

    private static void close(Gateway gateway) {
        try {
            gateway.close();
        } catch (IOException e) {
            System.err.println("the gateway did not stop cleanly: " + e.getMessage());
        }
    }
}
