package dev.belay.driver.docker;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// A way to a Docker Engine. Every request has a connection of its own.
sealed interface EngineRoute {
    Duration CONNECT_WITHIN = Duration.ofSeconds(10);

    /// Opens one. It may be closed by another thread, which ends whoever reads from it.
    Connection open() throws IOException;

    /// Whether the engine sees the files of this host where we see them.
    boolean isHere();

    /// What is asked, for people.
    @Override
    String toString();

    /// One connection.
    interface Connection extends Closeable {
        InputStream in() throws IOException;

        OutputStream out() throws IOException;
    }

    /// A socket of this host.
    record Unix(Path socket) implements EngineRoute {
        @Override
        @SuppressWarnings("resource") // Whoever asked closes the connection.
        public Connection open() throws IOException {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            return new Connection() {
                @Override
                public InputStream in() {
                    return Channels.newInputStream(channel);
                }

                @Override
                public OutputStream out() {
                    return Channels.newOutputStream(channel);
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        }

        @Override
        public boolean isHere() {
            return true;
        }

        @Override
        public String toString() {
            return socket.toString();
        }
    }

    /// A port, with TLS where certificates are named. Without, whoever reaches the port is root
    /// there: that is for this machine alone, and [DockerHost] refuses it elsewhere.
    record Tcp(String host, int port, @Nullable Path certificates) implements EngineRoute {
        @Override
        public Connection open() throws IOException {
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(host, port), (int) CONNECT_WITHIN.toMillis());
                Path folder = certificates;
                Socket used = folder == null ? socket : secured(socket, folder);
                return connection(used, socket);
            } catch (IOException | RuntimeException e) {
                socket.close();
                throw e;
            }
        }

        private SSLSocket secured(Socket socket, Path folder) throws IOException {
            var context = EngineCertificates.in(folder);
            var secured =
                    (SSLSocket) context.getSocketFactory().createSocket(socket, host, port, true);
            var parameters = secured.getSSLParameters();
            // The name in the certificate is compared only by who asks for it.
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secured.setSSLParameters(parameters);
            socket.setSoTimeout((int) CONNECT_WITHIN.toMillis());
            secured.startHandshake();
            socket.setSoTimeout(0);
            return secured;
        }

        /// @param below is what is closed: what lies over it would wait for whoever reads from it
        private static Connection connection(Socket socket, Socket below) {
            return new Connection() {
                @Override
                public InputStream in() throws IOException {
                    return socket.getInputStream();
                }

                @Override
                public OutputStream out() throws IOException {
                    return socket.getOutputStream();
                }

                @Override
                public void close() throws IOException {
                    below.close();
                }
            };
        }

        @Override
        public boolean isHere() {
            return false;
        }

        @Override
        public String toString() {
            return "tcp://" + host + ":" + port;
        }
    }

    /// Another machine's, by its secure shell: there `docker system dial-stdio` leads to the
    /// engine's socket. Who we are there, and which host is believed, is the system's own
    /// configuration of `ssh`; nothing is asked for.
    ///
    /// @param user empty for the one that `ssh` takes
    /// @param port 0 for the one that `ssh` takes
    /// @param configuration of `ssh`; null for the user's own
    record Ssh(String user, String host, int port, @Nullable Path configuration)
            implements EngineRoute {
        @Override
        public Connection open() throws IOException {
            var command =
                    new ArrayList<>(
                            List.of(
                                    "ssh",
                                    "-o",
                                    "BatchMode=yes",
                                    "-o",
                                    "ConnectTimeout=" + CONNECT_WITHIN.toSeconds()));
            if (configuration != null) {
                command.addAll(List.of("-F", configuration.toString()));
            }
            if (!user.isEmpty()) {
                command.addAll(List.of("-l", user));
            }
            if (port > 0) {
                command.addAll(List.of("-p", Integer.toString(port)));
            }
            command.addAll(List.of("--", host, "docker", "system", "dial-stdio"));
            Process process =
                    new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.PIPE).start();
            return new Shell(process);
        }

        @Override
        public boolean isHere() {
            return false;
        }

        @Override
        public String toString() {
            return "ssh://"
                    + (user.isEmpty() ? "" : user + "@")
                    + host
                    + (port > 0 ? ":" + port : "");
        }
    }

    /// The other side of a secure shell.
    record Shell(Process process) implements Connection {
        private static final int SAID_MAX = 2000;

        @Override
        public InputStream in() {
            return process.getInputStream();
        }

        @Override
        public OutputStream out() {
            return process.getOutputStream();
        }

        /// What `ssh` says of why it ended, which is in no answer.
        String said() throws IOException {
            String said =
                    new String(
                            process.getErrorStream().readNBytes(SAID_MAX),
                            java.nio.charset.StandardCharsets.UTF_8);
            return said.strip();
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
