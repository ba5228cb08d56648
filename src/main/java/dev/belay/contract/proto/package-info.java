/// Protocol Buffers as values: `.proto` files and sets of descriptors, read as far as clients
/// notice.
@NullMarked
package dev.belay.contract.proto;

import org.jspecify.annotations.NullMarked;
