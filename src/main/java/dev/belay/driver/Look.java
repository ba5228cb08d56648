package dev.belay.driver;

import java.time.Duration;

/// What a check saw.
public sealed interface Look {
    record Done(String detail) implements Look {}

    /// Not so yet. `again` is when looking again makes sense; `because` answers "why not now?".
    record Waiting(Duration again, String because) implements Look {}

    /// It will not become so by waiting. `detail` holds what a person would ask for next: the last
    /// log lines, the probe's history; it may have many lines.
    record Failed(String reason, String hint, String detail) implements Look {}
}
