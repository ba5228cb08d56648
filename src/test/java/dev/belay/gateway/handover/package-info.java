/// Hands to interfere with two gateways that speak to each other.
@NullMarked
package dev.belay.gateway.handover;

import org.jspecify.annotations.NullMarked;
