/// `belay demo`: the quickstart shipped three times under traffic of its own, to be watched.
@NullMarked
package dev.belay.cli.demo;

import org.jspecify.annotations.NullMarked;
