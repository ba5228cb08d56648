package dev.belay.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TimesTest {
    private static Launch launch(Launch.@Nullable Container container) {
        Duration second = Duration.ofSeconds(1);
        var health = new Health(new Health.Alive(), 1, second, second, second);
        return new Launch(
                List.of("serve"),
                Set.of(),
                Set.of(),
                true,
                new Launch.Stop("TERM", Duration.ofSeconds(5), Duration.ofSeconds(2)),
                Launch.Limits.NONE,
                health,
                health,
                Launch.Protocol.HTTP1,
                Launch.Listen.PORT,
                container);
    }

    @Test
    void a_node_has_time_to_fetch_an_image_and_to_tell_that_a_pod_has_ended() {
        var pod = new Pod(Placement.in("shop", "shop"));
        Launch there = launch(new Launch.Container("shop/api:7", "", pod));
        Launch here = launch(null);

        assertThat(Times.start(here)).isEqualTo(Duration.ofMinutes(1));
        assertThat(Times.start(there)).isEqualTo(Duration.ofMinutes(10));
        assertThat(Times.stop(here)).isEqualTo(Duration.ofSeconds(22));
        assertThat(Times.stop(there)).isEqualTo(Duration.ofSeconds(127));
    }
}
