/// Certificates from an authority that speaks ACME (RFC 8555): orders, the proof that a host is
/// ours, renewal in time. Knows the authority and files; what answers a challenge is a
/// [dev.belay.driver.acme.ChallengeBoard], which the gateway implements in practice.
///
/// Start at [dev.belay.driver.acme.Renewals]. No key leaves its file, and no log or failure holds
/// one.
@NullMarked
package dev.belay.driver.acme;

import org.jspecify.annotations.NullMarked;
