package dev.belay.driver.datastore;

import dev.belay.driver.probe.DependencyAnswer;

/// How one local datastore is.
public sealed interface DatastoreStatus {
    String name();

    /// Its process lives and it answers by its protocol.
    record Up(String name, long pid, DependencyAnswer.Reached answer) implements DatastoreStatus {}

    /// Its process lives and it does not answer.
    record NotAnswering(String name, long pid, DependencyAnswer.NotReached answer)
            implements DatastoreStatus {}

    /// No process of ours.
    record Down(String name) implements DatastoreStatus {}
}
