/// What a Prometheus counted of revisions that no router of ours carries: read as totals of plain
/// counters, all at one instant, and never taken for more than it says.
@NullMarked
package dev.belay.driver.prometheus;

import org.jspecify.annotations.NullMarked;
