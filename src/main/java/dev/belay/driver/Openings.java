package dev.belay.driver;

import dev.belay.release.Work;
import java.util.Optional;

/// Knows when releases may begin.
public interface Openings {
    /// Whether one of the windows is open now, and nobody has frozen the environment.
    Look inWindow(Work.InWindow work, Order order);

    /// Why a release may not begin whatever its windows are; empty when the environment is not
    /// frozen for it.
    Optional<Look.Failed> frozen(Order order);
}
