package dev.belay.gateway;

import io.netty.buffer.ByteBuf;

/// One side of a tunnel: a socket of its own, or a stream of HTTP/2 beside others.
interface TunnelEnd {
    /// Who is told of what comes from this side.
    interface Listener {
        /// Takes bytes, and owns them.
        void onBytes(ByteBuf bytes);

        /// No more for the moment.
        void onBatchEnd();

        /// This side can take more, or no longer can.
        void onWritability();

        /// It sends no more, and may still take.
        void onInputEnd();

        void onGone();
    }

    /// Leaves HTTP; what has been read already of what follows is told at once.
    void listen(Listener listener);

    boolean alive();

    void write(ByteBuf bytes);

    void flush();

    boolean writable();

    /// Whether more is wanted from this side.
    void read(boolean wanted);

    /// Sends what was written, and then that no more will come.
    void endOutput();

    boolean outputEnded();

    /// Sends what was written, and then ends.
    void close();
}
