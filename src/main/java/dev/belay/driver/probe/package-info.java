/// Questions to the world that change nothing in it: is this datastore there (by its protocol), is
/// this instance well, does this revision do its work. Every question is bounded in time and memory
/// whatever the other side sends, and no answer holds a password.
///
/// Start at [DependencyProbe], [HealthProbe] and [SmokeRunner]. The protocols speak through [Wire],
/// which is where the bounds are.
@NullMarked
package dev.belay.driver.probe;

import org.jspecify.annotations.NullMarked;
