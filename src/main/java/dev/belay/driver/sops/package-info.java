/// Files that SOPS encrypted to keys of age (getsops.io): values by AES-256-GCM, each bound to its
/// path, all of them under one MAC. Read, and never written.
@NullMarked
package dev.belay.driver.sops;

import org.jspecify.annotations.NullMarked;
