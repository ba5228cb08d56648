package dev.belay.driver;

import dev.belay.release.Work;

/// Where schemas are. Every call is safe to repeat and safe to arrive late: the database itself
/// keeps the last token of each set of migrations, and what of it is applied.
public interface Databases {
    /// Applies what is pending of the migrations.
    Answer migrate(Work.Migrate work, Order order);

    /// Takes versions back, by what was kept of them when they were applied.
    Answer takeBack(Work.TakeBack work, Order order);

    /// Seals the set against tokens below the order's, then says whether the effect happened.
    Finding probe(Work.Effect work, Order order);
}
