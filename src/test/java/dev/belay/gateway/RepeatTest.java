package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which requests are sent a second time when an instance goes away under them.
class RepeatTest {
    @TempDir private Path folder;
    private TestGateway gateway;
    private final AtomicInteger seen = new AtomicInteger();

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    /// Reads the whole request and goes away without a word.
    private TestMember dying() throws Exception {
        return TestMember.behaving((request, _) -> {
            request.body();
            seen.incrementAndGet();
            return false;
        });
    }

    private void routes(TestMember... members) {
        var named = new java.util.ArrayList<Route.Member>();
        for (TestMember member : members) {
            named.add(member.member("m" + named.size()));
        }
        gateway.routes(new Route.Share("v1", 1, new Route.Members(List.copyOf(named))));
    }

    private HttpResponse<String> ask(String method, String body) throws Exception {
        var content =
                body.isEmpty()
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body);
        return gateway.send(HttpRequest.newBuilder(gateway.uri("/")).method(method, content));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "OPTIONS"})
    void what_may_be_done_twice_is_sent_to_another_instance(String method) throws Exception {
        try (var bad = dying();
                var good = TestMember.saying("good")) {
            routes(bad, good);
            for (int i = 0; i < 40; i++) {
                assertThat(ask(method, "").body()).isEqualTo("good");
            }
            assertThat(seen.get()).as("requests that were lost once").isPositive();
        }
    }

    @Test
    void it_is_sent_again_once_and_no_more() throws Exception {
        try (var one = dying();
                var two = dying();
                var three = dying()) {
            routes(one, two, three);
            assertThat(ask("GET", "").statusCode()).isEqualTo(502);
            assertThat(seen.get()).isEqualTo(2);
        }
    }

    @Test
    void a_request_with_a_body_or_a_post_is_never_sent_again() throws Exception {
        try (var one = dying();
                var two = dying()) {
            routes(one, two);
            assertThat(ask("POST", "").statusCode()).isEqualTo(502);
            assertThat(ask("PUT", "body").statusCode()).isEqualTo(502);
            assertThat(seen.get()).isEqualTo(2);
        }
    }

    @Test
    void a_revision_that_fails_altogether_does_not_get_twice_the_load() throws Exception {
        try (var one = dying();
                var two = dying()) {
            routes(one, two);
            int asked = 300;
            for (int i = 0; i < asked; i++) {
                assertThat(ask("GET", "").statusCode()).isEqualTo(502);
            }
            // A hundred at once, and a tenth of what is answered.
            assertThat(seen.get()).isBetween(asked + 90, asked + 100 + asked / 10 + 10);
        }
    }

    @Test
    void an_instance_that_has_said_something_is_not_asked_anew() throws Exception {
        try (var bad =
                        TestMember.behaving((_, out) -> {
                            seen.incrementAndGet();
                            TestMember.write(out, "HTTP/1.1 102 Processing\r\n\r\n");
                            return false;
                        });
                var other =
                        TestMember.behaving((_, out) -> {
                            seen.incrementAndGet();
                            TestMember.write(out, "HTTP/1.1 103 Early Hints\r\n\r\n");
                            return false;
                        })) {
            routes(bad, other);
            assertThat(ask("GET", "").statusCode()).isEqualTo(502);
            assertThat(seen.get()).isEqualTo(1);
        }
    }
}
