package dev.belay.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.belay.driver.host.Deadline;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// What the parts of [TargetContract] have at hand: a target on its ground, and a router that says
/// what a test tells it to say.
public abstract class TargetHands {
    static final Scope SCOPE = Scope.component("local", "api");

    @TempDir private Path folder;
    TargetGround ground;
    Target target;
    final ToldRouter router = new ToldRouter();
    final AtomicLong tokens = new AtomicLong();

    /// A ground of its own for one test.
    ///
    /// @param folder that is the test's alone
    protected abstract TargetGround ground(Path folder) throws Exception;

    @BeforeEach
    void begin() throws Exception {
        ground = ground(folder);
        target = ground.target(router);
    }

    @AfterEach
    void end() throws Exception {
        if (ground != null) {
            ground.close();
        }
    }

    /// The test's own.
    protected Path folder() {
        return folder;
    }

    /// What the test has as its ground, for what only one kind of target can be asked.
    protected TargetGround ground() {
        return ground;
    }

    protected Target target() {
        return target;
    }

    Order order() {
        return order(tokens.incrementAndGet());
    }

    protected Order order(long token) {
        return new Order(SCOPE, token, "r-1", 3, ground.patience());
    }

    Answer scale(Revision revision, int instances) {
        assumeTrue(instances <= ground.most(), "there are never so many");
        return target.scale(new Work.Scale(revision, instances), order());
    }

    void scaled(Revision revision, int instances) {
        assertThat(scale(revision, instances)).isInstanceOf(Answer.Done.class);
    }

    Finding probe(Work.Effect work) {
        return target.probe(work, order());
    }

    List<Instance> instances() {
        return target.instances(SCOPE);
    }

    Instance only() {
        assertThat(instances()).hasSize(1);
        return instances().getFirst();
    }

    boolean lives(Instance instance) {
        return target.lives(SCOPE, instance);
    }

    int running() throws Exception {
        return ground.running();
    }

    void superviseUntil(String what, Callable<Boolean> condition) throws Exception {
        await(
                what,
                () -> {
                    target.supervise();
                    return condition.call();
                });
    }

    void superviseUntilAllRun(int count) throws Exception {
        superviseUntil(
                "all run again",
                () ->
                        instances().size() == count
                                && instances().stream()
                                        .allMatch(one -> one.state() == Instance.State.RUNNING));
    }

    void awaitAnswer(Instance instance, String said) throws Exception {
        await(
                "it answers",
                () -> ground.ask(instance).filter(text -> text.strip().equals(said)).isPresent());
    }

    void awaitLog(Instance instance, String line) throws Exception {
        superviseUntil("it wrote `" + line + "`", () -> ground.log(instance).contains(line));
    }

    protected void await(String what, Callable<Boolean> condition) throws Exception {
        Deadline deadline = Deadline.in(ground.patience().multipliedBy(2));
        var failure = new CompletableFuture<Exception>();
        boolean became =
                deadline.await(() -> {
                    try {
                        return condition.call();
                    } catch (Exception e) {
                        failure.complete(e);
                        return true;
                    }
                });
        if (failure.isDone()) {
            throw failure.join();
        }
        assertThat(became).as(what).isTrue();
    }
}
