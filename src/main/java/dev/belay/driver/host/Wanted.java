package dev.belay.driver.host;

/// How many instances of a revision shall exist, by whose order.
record Wanted(int instances, long token, String release, Recipe recipe) {}
