package dev.belay.gateway;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;

/// How much of the memory outside the heap, where all that passes through lies, is in use.
final class DirectMemory {
    private DirectMemory() {}

    static long most() {
        return PlatformDependent.maxDirectMemory();
    }

    /// A pool keeps what it was given: there, only what is lent counts.
    static long used() {
        return ByteBufAllocator.DEFAULT instanceof PooledByteBufAllocator pool
                ? pool.pinnedDirectMemory()
                : Math.max(0, PlatformDependent.usedDirectMemory());
    }
}
