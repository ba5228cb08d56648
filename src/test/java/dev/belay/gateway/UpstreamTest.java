package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class UpstreamTest {
    @Test
    void the_answer_to_a_question_that_is_asked_no_more_tells_nothing() {
        var first = new HealthCheck.Tcp(Duration.ofSeconds(1));
        var second = new HealthCheck.Tcp(Duration.ofSeconds(2));
        var upstream = new Upstream(new Route.Member("v1-1", "127.0.0.1", 1), first);
        upstream.health(second);
        upstream.succeeded(first, System.nanoTime());
        assertThat(upstream.well()).isFalse();
        upstream.succeeded(second, System.nanoTime());
        assertThat(upstream.well()).isTrue();
    }
}
