package dev.belay.driver.clickhouse;

import dev.belay.driver.backup.DataFailure;
import java.io.IOException;
import java.io.InterruptedIOException;

/// Tells an interrupt from what went wrong by itself.
final class Endings {
    private Endings() {}

    static DataFailure of(IOException e) throws InterruptedException {
        if (e instanceof InterruptedIOException || Thread.interrupted()) {
            throw interrupted(e);
        }
        return DataFailure.of(e);
    }

    static DataFailure of(DataFailure e) throws InterruptedException {
        if (Thread.interrupted()) {
            throw interrupted(e);
        }
        return e;
    }

    private static InterruptedException interrupted(Exception e) {
        Thread.interrupted();
        var ended = new InterruptedException("it was ended");
        ended.initCause(e);
        return ended;
    }
}
