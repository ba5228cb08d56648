package dev.belay.gateway.handover;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// A running gateway, as [Offer] hands it over. The methods are called in this order, by one
/// thread.
public interface Estate {
    /// Why no successor can be taken now; empty when one can.
    String obstacle() throws IOException;

    /// What stands at this moment; it may still change.
    Will draft();

    /// From here on nothing changes but by [#thaw] or [#leave]; what stands now is final.
    Will freeze() throws IOException;

    /// The sockets that the ports listen on. They stay open here.
    List<Listening> sockets();

    /// Gives the lock of the folder up, and the right to answer in the folder's name.
    void release() throws IOException;

    /// The successor was lost after [#release]: takes the lock back.
    ///
    /// @return false when somebody else has it
    boolean regain();

    /// Goes on as if nobody had asked.
    void thaw();

    /// Somebody else serves: stops accepting, and drains.
    ///
    /// @param drain how long what runs long may go on
    void leave(Duration drain);
}
