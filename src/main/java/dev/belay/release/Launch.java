package dev.belay.release;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
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
/// @param commands who brings it to where it runs, when that is nowhere that Belay starts anything;
///   nothing of the rest but the variables says anything then
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
        @Nullable Container container,
        @Nullable DeployCommands commands) {
    public Launch {
        command = List.copyOf(command);
        required = Set.copyOf(required);
        secrets = Set.copyOf(secrets);
    }

    /// Of something that Belay starts.
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
            Listen listen,
            @Nullable Container container) {
        this(
                command, required, secrets, port, stop, limits, readiness, liveness, protocol,
                listen, container, null);
    }

    /// Of something that commands bring to where it runs.
    public static Launch by(
            DeployCommands commands, Set<String> required, Set<String> secrets, Health readiness) {
        return new Launch(
                List.of(),
                required,
                secrets,
                false,
                new Stop("TERM", Duration.ZERO, Duration.ZERO),
                Limits.NONE,
                readiness,
                readiness,
                Protocol.HTTP1,
                Listen.PORT,
                null,
                commands);
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
    /// @param image that its name stood for; null when nobody looked
    public Launch from(@Nullable Image image) {
        return container == null || image == null
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
                        new Container(
                                container.image(),
                                image.digest(),
                                image.wrapped(),
                                container.pod(),
                                container.volumes()));
    }

    /// When it runs; null for what does not run by the clock.
    public @Nullable CronSchedule schedule() {
        return container == null || container.pod() == null ? null : container.pod().schedule();
    }

    /// Between how many instances, and by what; null for a fixed number.
    public @Nullable Scaling scaling() {
        return container == null || container.pod() == null ? null : container.pod().scaling();
    }

    /// A container of a Docker Engine, or of a Kubernetes cluster.
    ///
    /// @param image its name as it was written, for people
    /// @param digest of the image, `sha256:…`: what is started, whatever the name means by then
    /// @param wrapped the image of these and the artifact, whole and by its digest, where whoever
    ///   runs it cannot see the artifact's files; empty where they are mounted
    /// @param pod what it is a part of in a Kubernetes cluster; absent for a Docker Engine
    /// @param volumes what it keeps
    public record Container(
            String image,
            String digest,
            @Nullable String wrapped,
            @Nullable Pod pod,
            List<Volume> volumes) {
        /// In place of an image's name: the artifact is the image. No image can be called so.
        public static final String ARTIFACT = "(its artifact)";

        public Container {
            // Those of before there was a choice say nothing of it.
            wrapped = wrapped == null ? "" : wrapped;
            volumes = List.copyOf(Objects.requireNonNullElse(volumes, List.of()));
        }

        /// One that keeps nothing.
        public Container(String image, String digest, @Nullable String wrapped, @Nullable Pod pod) {
            this(image, digest, wrapped, pod, List.of());
        }

        /// One that the artifact is mounted into, or that nobody looked for yet.
        public Container(String image, String digest, @Nullable Pod pod) {
            this(image, digest, "", pod);
        }

        /// One of a Docker Engine that the artifact is mounted into.
        public Container(String image, String digest) {
            this(image, digest, "", null);
        }

        /// Whether the artifact lies in the image itself. Not called `isWrapped`: written as JSON,
        /// that would be `wrapped`, too.
        public boolean holdsArtifact() {
            return wrapped != null && !wrapped.isEmpty();
        }

        /// Whether the artifact is the image, and not laid over one.
        public boolean consistsOfArtifact() {
            return image.equals(ARTIFACT);
        }
    }

    /// What all containers of a component have, whichever revision they are of, and what is there
    /// when they are gone.
    ///
    /// @param from a folder of the engine's machine, or a volume of it by its name; empty for one
    ///   of the component's own
    /// @param at folder in the container
    /// @param exclusive whether one instance alone may have it
    public record Volume(
            String name, String from, String at, boolean readOnly, boolean exclusive) {}

    /// What an image's name stood for when somebody looked.
    ///
    /// @param wrapped as [Container] has it
    public record Image(String digest, String wrapped) {
        /// One that the artifact is mounted into.
        public Image(String digest) {
            this(digest, "");
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
