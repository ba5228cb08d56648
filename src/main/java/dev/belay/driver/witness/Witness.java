package dev.belay.driver.witness;

import java.io.IOException;
import java.util.List;

/// Somebody who keeps checkpoints. Whoever asks it waits at most for [#PATIENCE_SECONDS].
public interface Witness {
    /// No call takes much longer.
    int PATIENCE_SECONDS = 30;

    /// Hands over checkpoints, the oldest first; handing one over twice does no harm.
    ///
    /// @throws IOException with a sentence for people when it does not have all of them now
    void keep(List<Statement> statements) throws IOException, InterruptedException;

    /// How many entries the newest that it can show vouches for; 0 when it shows none, -1 when it
    /// never shows anything.
    ///
    /// @throws IOException with a sentence for people when it cannot be asked
    long shows() throws IOException;
}
