package dev.belay.driver.kubernetes;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;

/// Something asked of a cluster that may fail in its ways. What each failure means to whoever gave
/// the order is the same for workloads and for routes.
@FunctionalInterface
interface Attempt<T> {
    T go() throws IOException;

    /// What came of an order.
    ///
    /// @throws UncheckedIOException if nobody knows whether what was sent last happened
    static Answer answer(Order order, Attempt<Answer> attempt) {
        try {
            return attempt.go();
        } catch (ScopeRecord.Foreign e) {
            return new Answer.Failed(
                    String.valueOf(e.getMessage()),
                    "remove it, or give the environment a namespace of its own",
                    false);
        } catch (ClusterFailure e) {
            return new Answer.Failed(e.said(), e.hint(), e.isPassing() || e.isConflict());
        } catch (NoWayIn e) {
            return new Answer.Failed(String.valueOf(e.getMessage()), e.hint(), false);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new UncheckedIOException(
                        new InterruptedIOException(
                                "the answer about `" + order.scope() + "` is lost"));
            }
            throw new UncheckedIOException(e);
        }
    }

    static Finding finding(Attempt<Finding> attempt) {
        try {
            return attempt.go();
        } catch (ScopeRecord.Foreign e) {
            return new Finding.Conflict(String.valueOf(e.getMessage()));
        } catch (ClusterFailure e) {
            return new Finding.Unknown(e.said());
        } catch (IOException e) {
            return new Finding.Unknown(String.valueOf(e.getMessage()));
        }
    }
}
