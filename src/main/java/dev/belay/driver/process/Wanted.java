package dev.belay.driver.process;

/// How many instances of a revision shall exist, by whose order.
record Wanted(int instances, long token, String release, Recipe recipe) {}
