package dev.belay.gateway.trace;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Sends spans to the collector from a thread of its own, many at a time. What it cannot take in
/// time is dropped and counted.
final class SpanExporter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SpanExporter.class);
    private static final int QUEUED_MAX = 4_096;
    private static final int BATCH_MAX = 512;
    private static final Duration BATCH_EVERY = Duration.ofSeconds(1);
    private static final Duration END_WITHIN = Duration.ofSeconds(2);
    private static final int ATTEMPTS = 4;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int OK = 200;
    private static final int REDIRECT = 300;

    /// After these the same may be sent again (OTLP/HTTP, "Retryable Response Codes").
    private static final Set<Integer> AGAIN = Set.of(429, 502, 503, 504);

    private final Collector collector;
    private final LongConsumer exported;
    private final LongConsumer dropped;
    private final BlockingQueue<Span> queue = new ArrayBlockingQueue<>(QUEUED_MAX);
    private final HttpClient http;
    private final Thread thread;
    private volatile boolean closing;
    private boolean failing;

    SpanExporter(Collector collector, LongConsumer exported, LongConsumer dropped) {
        this.collector = collector;
        this.exported = exported;
        this.dropped = dropped;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(collector.timeout())
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .build();
        this.thread = Thread.ofPlatform().daemon().name("spans").start(this::run);
    }

    /// Never waits.
    void take(Span span) {
        if (!queue.offer(span)) {
            dropped.accept(1);
        }
    }

    private void run() {
        var batch = new ArrayList<Span>(BATCH_MAX);
        try {
            while (!closing || !queue.isEmpty()) {
                collect(batch);
                if (!batch.isEmpty()) {
                    export(batch);
                    batch.clear();
                }
            }
        } catch (InterruptedException _) {
            dropped.accept(batch.size() + (long) queue.size());
        }
    }

    /// Waits until there are many, or some for a while.
    private void collect(List<Span> batch) throws InterruptedException {
        long end = System.nanoTime() + BATCH_EVERY.toNanos();
        while (batch.size() < BATCH_MAX) {
            long left = closing ? 0 : end - System.nanoTime();
            Span next = queue.poll(Math.max(0, left), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            batch.add(next);
        }
    }

    private void export(List<Span> batch) throws InterruptedException {
        String body = SpanJson.of(batch, collector.resource());
        Duration pause = FIRST_PAUSE;
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            String why;
            boolean again = true;
            try {
                HttpResponse<String> answer =
                        http.send(request(body), HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() >= OK && answer.statusCode() < REDIRECT) {
                    taken(batch.size(), answer.body());
                    return;
                }
                why = "it answered " + answer.statusCode();
                again = AGAIN.contains(answer.statusCode());
                pause = told(answer, pause);
            } catch (IOException e) {
                why = e.getClass().getSimpleName() + " " + e.getMessage();
            }
            if (!again || closing || attempt == ATTEMPTS) {
                lost(batch.size(), why);
                return;
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2);
        }
    }

    private HttpRequest request(String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(collector.endpoint())
                        .timeout(collector.timeout())
                        .header("Content-Type", "application/json");
        collector.headers().forEach(request::setHeader);
        return request.POST(HttpRequest.BodyPublishers.ofString(body)).build();
    }

    private static Duration told(HttpResponse<String> answer, Duration usual) {
        String after = answer.headers().firstValue("Retry-After").orElse("");
        if (!after.matches("[0-9]{1,4}")) {
            return usual;
        }
        Duration wanted = Duration.ofSeconds(Integer.parseInt(after));
        return wanted.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wanted;
    }

    /// A collector may take a part only.
    private void taken(int count, String answer) {
        long rejected = 0;
        try {
            rejected =
                    JsonMapper.shared()
                            .readTree(answer.isBlank() ? "{}" : answer)
                            .path("partialSuccess")
                            .path("rejectedSpans")
                            .asLong(0);
        } catch (JacksonException _) {
            // It said that it took them; how it says so is not worth losing them for.
        }
        exported.accept(count - rejected);
        dropped.accept(rejected);
        if (failing) {
            LOG.info("the collector {} takes spans again", collector.endpoint());
        }
        failing = false;
    }

    private void lost(int count, String why) {
        dropped.accept(count);
        if (!failing) {
            LOG.warn("the collector {} does not take spans: {}", collector.endpoint(), why);
        }
        failing = true;
    }

    /// Sends what is there, if that is quickly done, and ends.
    @Override
    public void close() {
        closing = true;
        try {
            if (!thread.join(END_WITHIN)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        http.shutdownNow();
    }
}
