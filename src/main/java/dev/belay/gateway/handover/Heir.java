package dev.belay.gateway.handover;

import java.io.IOException;
import java.util.List;

/// A gateway that takes another's place, as [TakeOver] makes it one. The methods are called in this
/// order, by one thread.
public interface Heir {
    /// Gets ready for this table, as far as that goes before it is final: asks its members.
    void prepare(Will draft) throws IOException;

    /// Gets ready for good; from here on nothing should go wrong. The sockets are this process's
    /// now, not yet accepted from.
    void settle(Will last, List<Listening> sockets) throws IOException;

    /// Takes the lock of the folder.
    ///
    /// @throws IOException when somebody else has it and keeps it
    void own() throws IOException;

    /// Accepts connections and answers in the folder's name.
    void serve() throws IOException;
}
