/// What a release looks like while it runs: a tree on a terminal, one line a change in a pipe.
@NullMarked
package dev.belay.cli.live;

import org.jspecify.annotations.NullMarked;
