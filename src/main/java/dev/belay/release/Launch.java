package dev.belay.release;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How an instance is started and stopped. Part of a revision: another command line is another
/// revision.
///
/// @param command program and arguments, `${NAME}` not yet resolved
/// @param required names of variables without which it must not start
/// @param secrets names of variables whose values are taken from the provider at every start and
///   are never written anywhere
/// @param port whether the instance listens
/// @param protocol what it speaks there
/// @param listen where: at a port of its own in `$PORT`, or a socket of its own in `$SOCKET`
/// @param container what it runs in; absent for a plain process
public record Launch(
        List<String> command,
        Set<String> required,
        Set<String> secrets,
        boolean port,
        Stop stop,
        Limits limits,
        Health readiness,
        Health liveness,
        Protocol protocol,
        Listen listen,
        @Nullable Container container) {
    public Launch {
        command = List.copyOf(command);
        required = Set.copyOf(required);
        secrets = Set.copyOf(secrets);
    }

    /// Of a plain process.
    public Launch(
            List<String> command,
            Set<String> required,
            Set<String> secrets,
            boolean port,
            Stop stop,
            Limits limits,
            Health readiness,
            Health liveness,
            Protocol protocol,
            Listen listen) {
        this(
                command, required, secrets, port, stop, limits, readiness, liveness, protocol,
                listen, null);
    }

    /// Of an instance that speaks HTTP/1.1 at a port, or nothing.
    public Launch(
            List<String> command,
            Set<String> required,
            Set<String> secrets,
            boolean port,
            Stop stop,
            Limits limits,
            Health readiness,
            Health liveness) {
        this(
                command,
                required,
                secrets,
                port,
                stop,
                limits,
                readiness,
                liveness,
                Protocol.HTTP1,
                Listen.PORT);
    }

    /// The same in a container of that image, where it is to run in one at all.
    ///
    /// @param digest of the image that its name stood for; empty when nobody looked
    public Launch from(String digest) {
        return container == null
                ? this
                : new Launch(
                        command,
                        required,
                        secrets,
                        port,
                        stop,
                        limits,
                        readiness,
                        liveness,
                        protocol,
                        listen,
                        new Container(container.image(), digest, container.pod()));
    }

    /// A container of a Docker Engine, or of a Kubernetes cluster.
    ///
    /// @param image its name as it was written, for people
    /// @param digest of the image, `sha256:…`: what is started, whatever the name means by then
    /// @param pod what it is a part of in a Kubernetes cluster; absent for a Docker Engine
    public record Container(String image, String digest, @Nullable Pod pod) {
        /// One of a Docker Engine.
        public Container(String image, String digest) {
            this(image, digest, null);
        }
    }

    /// Where an instance listens.
    public enum Listen {
        PORT,

        /// At the file of a Unix socket.
        SOCKET
    }

    /// What an instance speaks.
    public enum Protocol {
        HTTP1,

        /// HTTP/2 from the first byte, without TLS, as gRPC does inside a platform.
        HTTP2
    }

    /// How it ends: connections drain for at most `drain`, then `signal`, then after `grace`
    /// SIGKILL.
    ///
    /// @param signal a POSIX name without SIG, such as `TERM`
    public record Stop(String signal, Duration grace, Duration drain) {
        /// What ends by itself has the first half of the drain for it. What then still runs may
        /// never end: a WebSocket or an event stream, which is told to come back and has the other
        /// half to do so.
        public Duration untilFarewell() {
            return drain.dividedBy(2);
        }
    }

    /// What one instance may use, where the host can enforce it; 0 is no limit.
    public record Limits(long memoryBytes, int cpuPercent, int openFiles, int processes) {
        public static final Limits NONE = new Limits(0, 0, 0, 0);
    }
}
