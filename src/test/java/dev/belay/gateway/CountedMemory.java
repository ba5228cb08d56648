package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;

/// Channels without sockets, whose memory is counted: at its end, all of it must be given back.
final class CountedMemory implements AutoCloseable {
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);

    EmbeddedChannel channel() {
        return counted(new EmbeddedChannel());
    }

    EmbeddedChannel counted(EmbeddedChannel channel) {
        channel.config().setAllocator(memory);
        return channel;
    }

    /// The bytes between the two places, to be given away.
    ByteBuf part(byte[] data, int from, int to) {
        return memory.buffer().writeBytes(data, from, to - from);
    }

    ByteBuf empty() {
        return memory.buffer();
    }

    /// Writes the bytes in pieces of that size, as long as anybody reads.
    void write(EmbeddedChannel channel, byte[] data, int size) {
        for (int from = 0; from < data.length && channel.isOpen(); from += size) {
            channel.writeInbound(part(data, from, Math.min(data.length, from + size)));
        }
    }

    @Override
    public void close() {
        assertThat(memory.metric().usedHeapMemory()).as("bytes not given back").isZero();
        assertThat(memory.metric().usedDirectMemory()).as("bytes not given back").isZero();
    }
}
