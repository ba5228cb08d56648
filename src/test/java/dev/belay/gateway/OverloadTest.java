package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// More than a loop can do: what comes last is refused, what runs is finished.
class OverloadTest {
    private static final long LATE = Duration.ofMillis(100).toNanos();
    private static final Limits.Load LOAD = new Limits.Load(100, Duration.ofMillis(50), 80, 10);

    @TempDir private Path folder;
    private final AtomicLong memory = new AtomicLong();
    private final Overload overload = new Overload(LOAD, memory::get, 1_000);
    private long now;

    @Test
    void new_requests_are_refused_and_what_runs_is_finished() throws Exception {
        var go = new LinkedBlockingQueue<String>();
        var asked = new LinkedBlockingQueue<String>();
        var load = new Limits.Load(1, Duration.ofHours(1), 100, 1);
        try (var gateway = new TestGateway(folder, Limits.DEFAULT.with(load), 1);
                var member =
                        TestMember.behaving((request, out) -> {
                            asked.add(request.path());
                            if (request.path().equals("/slow")) {
                                TestMember.write(
                                        out, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
                                take(go);
                                TestMember.write(out, "done");
                                return true;
                            }
                            return TestMember.say(request, out, "reached");
                        })) {
            gateway.routes(member);
            try (Socket slow = gateway.connect();
                    var client = new TestH2Client(gateway.port, new Http2Settings())) {
                String request = "GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
                TestMember.write(slow.getOutputStream(), request);
                assertThat(slow.getInputStream().readNBytes(12)).asString().endsWith("200");

                var refused = gateway.get("/");
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("Retry-After")).contains("1");
                var stream = client.send(TestH2Client.get("/")).whole();
                assertThat(stream.reset()).isEqualTo(Http2Error.REFUSED_STREAM.code());
                assertThat(stream.status()).isEmpty();
                assertThat(gateway.client.metrics())
                        .contains("belay_gateway_refused_total{limit=\"running\"} 2\n");
                assertThat(asked).containsExactly("/slow");

                go.add("go");
                assertThat(TestGateway.readAll(slow.getInputStream())).endsWith("done");
                assertThat(gateway.get("/").body()).isEqualTo("reached");
                assertThat(client.send(TestH2Client.get("/")).whole().status()).isEqualTo("200");
            }
        }
    }

    private void run(int requests) {
        for (int i = 0; i < requests; i++) {
            overload.began();
        }
    }

    private void tick(long late) {
        now += Overload.TICK.toNanos();
        overload.tick(now, late);
    }

    @Test
    void one_pause_is_no_overload_and_a_lasting_one_is() {
        run(20);
        tick(LATE);
        assertThat(overload.why()).isNull();
        for (int i = 0; i < 10; i++) {
            tick(LATE);
        }
        assertThat(overload.why()).isEqualTo(Refusals.Why.LATE);
    }

    @Test
    void even_a_machine_that_slept_for_an_hour_is_soon_forgiven() {
        run(20);
        tick(Duration.ofHours(1).toNanos());
        for (int i = 0; i < 10; i++) {
            tick(0);
        }
        assertThat(overload.why()).isNull();
    }

    @Test
    void with_few_requests_under_way_they_are_not_the_reason() {
        run(9);
        memory.set(1_000);
        for (int i = 0; i < 20; i++) {
            tick(LATE);
        }
        assertThat(overload.why()).isNull();
        run(1);
        assertThat(overload.why()).isNotNull();
    }

    @Test
    void memory_that_runs_out_is_kept_for_what_runs() {
        run(20);
        memory.set(800);
        tick(0);
        assertThat(overload.why()).isNull();
        memory.set(801);
        tick(0);
        assertThat(overload.why()).isEqualTo(Refusals.Why.MEMORY);
        memory.set(0);
        tick(0);
        assertThat(overload.why()).isNull();
    }

    @Test
    void it_is_said_when_it_begins_and_when_it_is_over_and_not_in_between() {
        run(100);
        tick(0);
        assertThat(overload.shedding()).isFalse();
        assertThat(overload.why()).isEqualTo(Refusals.Why.RUNNING);
        tick(0);
        assertThat(overload.shedding()).isTrue();
        overload.ended();
        tick(0);
        assertThat(overload.why()).isNull();
        assertThat(overload.shedding()).isTrue();
        now += Duration.ofSeconds(1).toNanos();
        tick(0);
        assertThat(overload.shedding()).isFalse();
    }

    private static void take(LinkedBlockingQueue<String> queue) {
        try {
            queue.take();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
