/// What must be shown before a release may go on, and whether it is: what a piece of evidence says,
/// and what a rule makes of it. Pure: time is a parameter, and where evidence lies is `server`'s.
@NullMarked
package dev.belay.gate;

import org.jspecify.annotations.NullMarked;
