package dev.belay.driver.witness;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// A syslog, as RFC 5424 says, over UDP (RFC 5426), TCP with counted octets (RFC 6587), TLS (RFC
/// 5425) or the machine's own socket. It answers nothing: what was sent counts as kept.
public final class SyslogWitness implements Witness {
    /// How it is reached.
    public enum Transport {
        UDP,
        TCP,
        TLS,
        UNIX
    }

    /// Facility 13, log audit; severity 5, notice.
    private static final int PRIORITY = 13 * 8 + 5;

    private static final int HANGS_UP_WITHIN_MILLIS = 2_000;

    private final Transport transport;
    private final String host;
    private final int port;
    private final InstantSource clock;

    /// @param host of the syslog, or the path of its socket
    /// @param port 0 for a socket's path
    public SyslogWitness(Transport transport, String host, int port, InstantSource clock) {
        this.transport = transport;
        this.host = host;
        this.port = port;
        this.clock = clock;
    }

    @Override
    public void keep(List<Statement> statements) throws IOException, InterruptedException {
        List<byte[]> messages = statements.stream().map(this::message).toList();
        try {
            switch (transport) {
                case UDP -> datagrams(messages);
                case TCP, TLS -> stream(messages);
                case UNIX -> unix(messages);
            }
        } catch (IOException e) {
            throw new IOException("the syslog at `" + host + "` is away: " + e.getMessage(), e);
        }
    }

    @Override
    public long shows() {
        return -1;
    }

    private byte[] message(Statement statement) {
        String text =
                "<%d>1 %s %s belay %d checkpoint - %s"
                        .formatted(
                                PRIORITY,
                                Instant.ofEpochMilli(clock.millis()).truncatedTo(ChronoUnit.MILLIS),
                                ownName(),
                                ProcessHandle.current().pid(),
                                statement.line());
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String ownName() {
        try {
            String name = InetAddress.getLocalHost().getHostName();
            return name.matches("[!-~]{1,255}") ? name : "-";
        } catch (IOException _) {
            return "-";
        }
    }

    private void datagrams(List<byte[]> messages) throws IOException {
        try (var socket = new DatagramSocket()) {
            // Connected, so that a port that nobody listens on answers on this machine.
            socket.connect(new InetSocketAddress(InetAddress.getByName(host), port));
            for (byte[] message : messages) {
                socket.send(new DatagramPacket(message, message.length));
            }
        }
    }

    private void stream(List<byte[]> messages) throws IOException {
        try (Socket socket = open()) {
            socket.setSoTimeout(PATIENCE_SECONDS * 1000);
            var out = socket.getOutputStream();
            for (byte[] message : messages) {
                out.write((message.length + " ").getBytes(StandardCharsets.US_ASCII));
                out.write(message);
            }
            out.flush();
            socket.shutdownOutput();
            ended(socket);
        }
    }

    /// Whoever was cut off is told by the other end, and else not at all. One that does not hang up
    /// when there is no more is no reason to wait.
    private static void ended(Socket socket) throws IOException {
        socket.setSoTimeout(HANGS_UP_WITHIN_MILLIS);
        try {
            socket.getInputStream().readAllBytes();
        } catch (SocketTimeoutException _) {
            return;
        }
    }

    private Socket open() throws IOException {
        var plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(host, port), PATIENCE_SECONDS * 1000);
            if (transport == Transport.TCP) {
                return plain;
            }
            var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
            var socket = (SSLSocket) factory.createSocket(plain, host, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(PATIENCE_SECONDS * 1000);
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    /// Java itself knows streams at such paths only, and syslogs listen for datagrams.
    private void unix(List<byte[]> messages) throws IOException, InterruptedException {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            Channel channel =
                    new Bootstrap()
                            .group(loop)
                            .channel(EpollDomainDatagramChannel.class)
                            .handler(new ChannelInboundHandlerAdapter())
                            .bind(new DomainSocketAddress(""))
                            .sync()
                            .channel();
            var to = new DomainSocketAddress(host);
            for (byte[] message : messages) {
                var sent =
                        channel.writeAndFlush(
                                new DomainDatagramPacket(Unpooled.wrappedBuffer(message), to));
                if (!sent.await(PATIENCE_SECONDS, TimeUnit.SECONDS) || !sent.isSuccess()) {
                    throw new IOException(String.valueOf(sent.cause()), sent.cause());
                }
            }
            channel.close().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS)
                    .await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }
}
