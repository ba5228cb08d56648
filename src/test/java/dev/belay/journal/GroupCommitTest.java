package dev.belay.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GroupCommitTest {
    private final Semaphore entered = new Semaphore(0);
    private final Semaphore gate = new Semaphore(0);

    private Session session;
    private GroupCommit writer;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("some.db");
        session = new Session(DriverManager.getConnection("jdbc:sqlite:" + file));
        session.update("CREATE TABLE note (text TEXT PRIMARY KEY)");
        var disk = new Disk(file, 0, 0);
        disk.settle();
        writer = new GroupCommit(session, disk);
    }

    @AfterEach
    void close() throws Exception {
        writer.close();
        session.close();
    }

    @Test
    void all_that_wait_share_one_commit() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> first = threads.submit(this::occupy);
            entered.acquire();
            List<Future<?>> rest = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String text = "note " + i;
                rest.add(threads.submit(() -> write(text)));
            }
            awaitWaiting(20);
            gate.release();
            first.get();
            for (Future<?> one : rest) {
                one.get();
            }
        }
        assertThat(writer.commits()).isEqualTo(2);
        assertThat(notes()).isEqualTo(20);
    }

    @Test
    void one_that_is_refused_leaves_the_others_of_its_group() throws Exception {
        write("taken");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> first = threads.submit(this::occupy);
            entered.acquire();
            Future<?> good = threads.submit(() -> write("good"));
            Future<?> half =
                    threads.submit(() ->
                            writer.run(s -> {
                                s.update("INSERT INTO note VALUES ('half')");
                                throw new IllegalStateException("a bug");
                            }));
            Future<?> twice = threads.submit(() -> write("taken"));
            awaitWaiting(3);
            gate.release();
            first.get();
            good.get();
            assertThatThrownBy(half::get).rootCause().hasMessage("a bug");
            assertThatThrownBy(twice::get).cause().isInstanceOf(IllegalStateException.class);
        }
        assertThat(writer.commits()).isEqualTo(3);
        assertThat(notes()).isEqualTo(2);
    }

    @Test
    void an_interrupted_caller_gets_its_answer_and_keeps_the_interrupt() {
        Thread.currentThread().interrupt();
        write("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(notes()).isEqualTo(1);
    }

    @Test
    void what_waited_is_written_before_closing_and_what_comes_later_is_refused() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> first = threads.submit(this::occupy);
            entered.acquire();
            Future<?> waited = threads.submit(() -> write("waited"));
            awaitWaiting(1);
            Future<?> closing = threads.submit(() -> writer.close());
            awaitWaiting(2);
            gate.release();
            first.get();
            waited.get();
            closing.get();
        }
        assertThatThrownBy(() -> write("late"))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("is closed");
    }

    private void occupy() {
        writer.run(_ -> {
            entered.release();
            gate.acquireUninterruptibly();
            return 0;
        });
    }

    private void write(String text) {
        writer.run(s -> s.update("INSERT INTO note VALUES (?)", text));
    }

    private long notes() {
        return writer.run(s -> s.number("SELECT count(*) FROM note"));
    }

    private void awaitWaiting(int count) {
        while (writer.waiting() < count) {
            Thread.onSpinWait();
        }
    }
}
