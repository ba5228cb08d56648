package dev.belay.execution;

import dev.belay.release.Direction;

/// A step in one direction.
record StepKey(int step, Direction direction) {
    /// Not a step: the look at everything before a release may close.
    static final StepKey WHOLE = new StepKey(0, Direction.DO);
}
