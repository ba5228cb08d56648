package dev.belay.gateway;

import dev.belay.gateway.handover.Listening;
import dev.belay.gateway.tls.Certificate;
import dev.belay.gateway.tls.CertificateWatch;
import dev.belay.gateway.tls.ClientHello;
import dev.belay.gateway.tls.ServerNameHandler;
import dev.belay.gateway.tls.TlsUse;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The stable ports. Opened and closed by whoever publishes tables, one at a time.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class Listeners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
    private static final int BACKLOG = 4_096;
    private static final String IPV6_LOOPBACK = "::1";

    private final Proxy proxy;
    private final Certificates certificates;
    private final Map<Integer, List<Channel>> open = new HashMap<>();

    /// What each port speaks, read with every connection that comes in.
    private final Map<Integer, Speech> speeches = new ConcurrentHashMap<>();

    /// @param watch where there is TLS, its certificates
    private record Speech(PortUse use, @Nullable CertificateWatch watch) {}

    private final AtomicInteger connections = new AtomicInteger();
    private final Crowd crowd = new Crowd();

    /// Sockets of a predecessor that no port has claimed yet.
    private final List<Listening> inherited = new ArrayList<>();

    Listeners(Proxy proxy, Certificates certificates) {
        this.proxy = proxy;
        this.certificates = certificates;
    }

    /// Listens on a port. Where it is listened on already, connections that come in from now on are
    /// spoken to in the new way.
    ///
    /// @throws BindException when another process has it
    void open(int port, PortUse use) throws BindException {
        TlsUse tls = use.tls();
        var speech = new Speech(use, tls == null ? null : certificates.of(tls));
        Speech before = speeches.put(port, speech);
        if (open.containsKey(port)) {
            return;
        }
        boolean bound = false;
        try {
            bind(port);
            bound = true;
        } finally {
            if (!bound && before == null) {
                speeches.remove(port);
            }
        }
    }

    /// Why nobody could be served there; empty when all is well.
    String trouble(PortUse use) {
        TlsUse tls = use.tls();
        if (tls == null) {
            return "";
        }
        CertificateWatch watch = certificates.of(tls);
        boolean none = watch.names().all().isEmpty() && !watch.awaited();
        return none ? String.join("; ", watch.problems()) : "";
    }

    private void bind(int port) throws BindException {
        List<Channel> bound = new ArrayList<>();
        for (String address : proxy.options().addresses()) {
            ChannelFuture binding = listen(bootstrap(port), new InetSocketAddress(address, port));
            binding.awaitUninterruptibly();
            if (binding.isSuccess()) {
                bound.add(binding.channel());
            } else if (missing(address, binding.cause())) {
                LOG.debug("no IPv6 loopback here, port {} listens without it", port);
            } else {
                bound.forEach(channel -> channel.close().awaitUninterruptibly());
                String why = String.valueOf(binding.cause().getMessage());
                throw new BindException("port " + port + " at " + address + ": " + why);
            }
        }
        open.put(port, bound);
    }

    /// A socket that a predecessor listened on already has whoever waits there.
    private ChannelFuture listen(ServerBootstrap bootstrap, InetSocketAddress at) {
        String address = text(at);
        for (Listening socket : inherited) {
            if (socket.port() == at.getPort() && socket.address().equals(address)) {
                inherited.remove(socket);
                return bootstrap
                        .channelFactory(() -> new EpollServerSocketChannel(socket.descriptor()))
                        .register();
            }
        }
        return bootstrap.channel(proxy.loops().serverChannel()).bind(at);
    }

    private static String text(InetSocketAddress at) {
        return at.getAddress() == null ? at.getHostString() : at.getAddress().getHostAddress();
    }

    /// Ports that open from here on take one of these instead of a new one, where it is theirs.
    void inherit(List<Listening> sockets) {
        inherited.addAll(sockets);
    }

    /// Closes what no port has claimed.
    void disown() {
        inherited.forEach(Listening::close);
        inherited.clear();
    }

    /// What it listens on, to be handed to a successor; none where that cannot be done.
    List<Listening> sockets() {
        List<Listening> sockets = new ArrayList<>();
        for (List<Channel> channels : open.values()) {
            for (Channel channel : channels) {
                if (channel instanceof EpollServerSocketChannel socket) {
                    InetSocketAddress at = socket.localAddress();
                    int descriptor = socket.fd().intValue();
                    sockets.add(new Listening(text(at), at.getPort(), descriptor));
                }
            }
        }
        return sockets;
    }

    /// A host without IPv6 says that it cannot assign the address, or knows no such family.
    private static boolean missing(String address, Throwable cause) {
        String why = String.valueOf(cause.getMessage());
        return address.equals(IPV6_LOOPBACK) && !why.contains("in use") && !why.contains("denied");
    }

    /// Stops listening on every other port. Connections that exist go on.
    void closeAllBut(Set<Integer> ports) {
        var others = new ArrayList<>(open.keySet());
        others.removeAll(ports);
        close(others);
    }

    /// Stops listening on these ports. Connections that exist go on.
    void close(Collection<Integer> ports) {
        ports.forEach(this::close);
        var shown = new ArrayList<TlsUse>();
        for (Speech speech : speeches.values()) {
            if (speech.watch() != null) {
                shown.add(Objects.requireNonNull(speech.use().tls()));
            }
        }
        certificates.closeAllBut(shown);
    }

    private void close(int port) {
        List<Channel> channels = open.remove(port);
        speeches.remove(port);
        if (channels != null) {
            channels.forEach(channel -> channel.close().awaitUninterruptibly());
        }
    }

    /// Accepts nothing more. Connections that just came in still find how to speak to them.
    void stopAccepting() {
        for (List<Channel> channels : open.values()) {
            channels.forEach(channel -> channel.close().awaitUninterruptibly());
        }
    }

    @Override
    public void close() {
        closeAllBut(Set.of());
    }

    private ServerBootstrap bootstrap(int port) {
        return new ServerBootstrap()
                .group(proxy.loops().group())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                accept(channel, port);
                            }
                        });
    }

    /// What a client is shown, as things are by the time that it has said whom it wants.
    private @Nullable Certificate certificate(int port, ClientHello hello) {
        Speech speech = speeches.get(port);
        CertificateWatch watch = speech == null ? null : speech.watch();
        if (watch == null) {
            return null;
        }
        Certificate proof = proxy.challenges().proof(hello);
        return proof != null ? proof : watch.names().find(hello.serverName());
    }

    private void accept(Channel channel, int port) {
        Tallies tallies = proxy.chronicle().tallies();
        tallies.count(Tally.ACCEPTED);
        tallies.count(Tally.CONNECTIONS);
        int before = connections.getAndIncrement();
        channel.closeFuture()
                .addListener(_ -> {
                    connections.decrementAndGet();
                    tallies.add(Tally.CONNECTIONS, -1);
                });
        if (before >= proxy.limits().sizes().connections()) {
            proxy.refusals().count(Refusals.Why.CONNECTIONS);
            // Not before it is registered to its end.
            channel.eventLoop().execute(channel::close);
            return;
        }
        Speech speech = speeches.get(port);
        boolean tls = speech != null && speech.watch() != null;
        var encoder = new ResponseEncoder();
        Loop loop = proxy.loops().of(channel);
        var connection = new ClientConnection(proxy, loop, channel, port, tls, encoder);
        ChannelPipeline pipeline = channel.pipeline();
        if (tls) {
            Duration handshake = proxy.limits().times().requestHead();
            pipeline.addLast(new ServerNameHandler(hello -> certificate(port, hello), handshake))
                    .addLast(new ProtocolChoice(connection));
        } else {
            pipeline.addLast(new PrefaceDetector(connection));
        }
        pipeline.addLast(new RequestDecoder(proxy.limits())).addLast(encoder).addLast(connection);
        if (!arrives(channel, speech == null ? List.of() : speech.use().proxies())) {
            channel.eventLoop().execute(channel::close);
        }
    }

    /// Whether a connection may stay, as far as is known by now.
    private boolean arrives(Channel channel, List<Network> proxies) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress from)) {
            // It left on the way in.
            return false;
        }
        if (proxies.isEmpty()) {
            return welcome(channel);
        }
        boolean expected = proxies.stream().anyMatch(one -> one.contains(from.getAddress()));
        if (expected) {
            ProxyHeader.expect(channel, this::welcome);
        }
        return expected;
    }

    /// Whether its client has not too many connections with this one.
    private boolean welcome(Channel channel) {
        long visitor = Visitor.of(Peer.of(channel));
        if (visitor == Visitor.UNKNOWN) {
            return true;
        }
        if (!crowd.enter(visitor, proxy.limits().sizes().connectionsPerClient())) {
            proxy.refusals().count(Refusals.Why.CLIENT_CONNECTIONS);
            return false;
        }
        channel.closeFuture().addListener(_ -> crowd.leave(visitor));
        return true;
    }
}
