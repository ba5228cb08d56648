/// What every target of the control plane's own host has in common: one round for each order, the
/// fence, what is wanted, who is started again, jobs at most once, logs. What programs run in is a
/// [dev.belay.driver.host.Runner]: plain processes, or containers of a Docker Engine.
///
/// ```
/// HostTarget ── lock, token, wanted, records ── STATE/instances/ENV/COMPONENT/
///     │
///     └─ Runner, chosen by what the revision says ──► process │ docker ──► the program
/// ```
///
/// An environment that moves from one to the other keeps lock, token and records: its old revision
/// goes on in the one while the new one starts in the other, behind the same gateway.
@NullMarked
package dev.belay.driver.host;

import org.jspecify.annotations.NullMarked;
