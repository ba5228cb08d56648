package dev.belay.driver;

import dev.belay.release.Work;

/// Makes sure of data before anything touches them. Both looks change nothing but what they make
/// for the purpose: each starts the work when it is asked first, says how far it is while it goes
/// on, and begins anew after a crash.
public interface Backups {
    /// Whether there is a backup that was restored.
    Look backedUp(Work.BackedUp work, Order order);

    /// Whether the migrations do on a copy of the data what the plan takes for granted.
    Look rehearsed(Work.Rehearsed work, Order order);

    /// Tries the way back of migrations on a copy of the data.
    Look returnRehearsed(Work.ReturnRehearsed work, Order order);
}
