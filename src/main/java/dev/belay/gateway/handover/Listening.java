package dev.belay.gateway.handover;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A listening socket and where it listens: by that the successor finds it for a line of the table.
///
/// @param address as text, without a name
/// @param descriptor its number in the process that has this object
public record Listening(String address, int port, int descriptor) {
    private static final Logger LOG = LoggerFactory.getLogger(Listening.class);

    /// Closes this process's copy. While one is open that nobody accepts from, its port is lost.
    public void close() {
        try {
            new FileDescriptor(descriptor).close();
        } catch (IOException e) {
            LOG.warn("a copy of port {} cannot be closed: {}", port, e.getMessage());
        }
    }
}
