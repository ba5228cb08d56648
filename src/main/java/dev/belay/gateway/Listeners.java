package dev.belay.gateway;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final Map<Integer, List<Channel>> open = new HashMap<>();
    private final AtomicInteger connections = new AtomicInteger();

    Listeners(Proxy proxy) {
        this.proxy = proxy;
    }

    /// Listens on a port; nothing happens when it is listened on already.
    ///
    /// @throws BindException when another process has it
    void open(int port) throws BindException {
        if (open.containsKey(port)) {
            return;
        }
        List<Channel> bound = new ArrayList<>();
        for (String address : proxy.options().addresses()) {
            ChannelFuture binding = bootstrap(port).bind(new InetSocketAddress(address, port));
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

    /// A host without IPv6 says that it cannot assign the address, or knows no such family.
    private static boolean missing(String address, Throwable cause) {
        String why = String.valueOf(cause.getMessage());
        return address.equals(IPV6_LOOPBACK) && !why.contains("in use") && !why.contains("denied");
    }

    /// Stops listening on every other port. Connections that exist go on.
    void closeAllBut(Set<Integer> ports) {
        for (int port : List.copyOf(open.keySet())) {
            if (!ports.contains(port)) {
                close(port);
            }
        }
    }

    private void close(int port) {
        List<Channel> channels = open.remove(port);
        if (channels != null) {
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
                .channel(proxy.loops().serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                accept(channel, port);
                            }
                        });
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
        var encoder = new ResponseEncoder();
        var connection = new ClientConnection(proxy, channel, port, encoder);
        channel.pipeline()
                .addLast(new PrefaceDetector(connection))
                .addLast(new RequestDecoder(proxy.limits()))
                .addLast(encoder)
                .addLast(connection);
    }
}
