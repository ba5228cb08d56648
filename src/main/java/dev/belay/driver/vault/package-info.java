/// Secrets of HashiCorp Vault: the versioned key-value engine (KV version 2) over its HTTP API,
/// with a token that is renewed as long as it can be, and given back at the end where we made it.
@NullMarked
package dev.belay.driver.vault;

import org.jspecify.annotations.NullMarked;
