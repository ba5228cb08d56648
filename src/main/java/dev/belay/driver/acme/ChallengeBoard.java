package dev.belay.driver.acme;

import java.io.IOException;
import java.util.Collection;

/// Where answers to challenges are put up for the authority to see.
public interface ChallengeBoard {
    /// Puts up these and takes every other one down. When it returns, they are there to be seen.
    void show(Collection<ChallengeAnswer> answers) throws IOException;
}
