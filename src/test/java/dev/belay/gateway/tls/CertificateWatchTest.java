package dev.belay.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Certificates that change while they are served.
class CertificateWatchTest {
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    @TempDir private Path base;
    private TestCertificates made;

    @BeforeEach
    void prepare() throws Exception {
        made = new TestCertificates(base.resolve("tls"));
    }

    private CertificateWatch watch() {
        return CertificateWatch.of(TlsUse.folder(made.folder()), SslProvider.OPENSSL_REFCNT);
    }

    private static void eventually(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("never happened: " + what);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static Certificate shown(CertificateWatch watch, String name) {
        return Objects.requireNonNull(watch.names().find(name));
    }

    @Test
    void a_new_pair_takes_the_place_of_the_old_one_by_itself() throws Exception {
        made.pair("a", "a.example");
        try (CertificateWatch watch = watch()) {
            Certificate first = shown(watch, "a.example");
            made.pair("a", "a.example");
            String wanted =
                    Certificate.digest(
                            Files.readAllBytes(made.certificate("a")),
                            Files.readAllBytes(made.key("a")));
            eventually(
                    "the new one is served",
                    () -> shown(watch, "a.example").digest().equals(wanted));
            // Another thread served it, and lets go of the old one a moment later.
            eventually(
                    "the old one is let go",
                    () -> io.netty.util.ReferenceCountUtil.refCnt(first.context()) == 0);
            assertThat(watch.problems()).isEmpty();
        }
    }

    @Test
    void one_that_appears_later_is_served_from_then_on() throws Exception {
        try (CertificateWatch watch = watch()) {
            assertThat(watch.names().find("a.example")).isNull();
            assertThat(watch.problems())
                    .containsExactly(
                            "there are no certificates (`NAME.crt` with `NAME.key`) in "
                                    + made.folder());
            made.pair("a", "a.example");
            eventually("it is served", () -> watch.names().find("a.example") != null);
        }
    }

    @Test
    void a_broken_one_changes_nothing_but_the_problems() throws Exception {
        made.pair("a", "a.example");
        try (CertificateWatch watch = watch()) {
            Certificate first = shown(watch, "a.example");
            Files.writeString(made.certificate("a"), "oops");
            eventually("somebody says so", () -> !watch.problems().isEmpty());
            assertThat(shown(watch, "a.example")).isSameAs(first);
            assertThat(io.netty.util.ReferenceCountUtil.refCnt(first.context())).isEqualTo(1);
        }
    }

    @Test
    void a_folder_that_is_exchanged_as_a_whole_is_seen() throws Exception {
        made.pair("a", "a.example");
        var other = new TestCertificates(base.resolve("second")).pair("a", "b.example");
        Path link = base.resolve("current");
        Files.createSymbolicLink(link, made.folder());
        try (CertificateWatch watch =
                CertificateWatch.of(TlsUse.folder(link), SslProvider.OPENSSL_REFCNT)) {
            Path fresh = Files.createSymbolicLink(base.resolve("fresh"), other.folder());
            TestCertificates.place(fresh, link);
            watch.read();
            assertThat(shown(watch, "b.example").names()).containsExactly("b.example");
        }
    }

    @Test
    void a_watch_that_ended_holds_nothing() throws Exception {
        made.pair("a", "a.example");
        CertificateWatch watch = watch();
        Certificate one = shown(watch, "a.example");
        watch.close();
        watch.read();
        assertThat(watch.names().find("a.example")).isNull();
        assertThat(io.netty.util.ReferenceCountUtil.refCnt(one.context())).isZero();
    }
}
