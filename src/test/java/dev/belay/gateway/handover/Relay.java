package dev.belay.gateway.handover;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Stands between a gateway and its successor, passes on what they say, and can stop at any
/// message, so that a test may end one of them there.
public final class Relay implements AutoCloseable {
    /// hello, table, ready, sockets, send, descriptors, got, yours, serving, draining.
    public static final int MESSAGES = 10;

    private static final int DESCRIPTORS = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final Path shown;
    private final Path real;
    private final int last;
    private final Runnable stopped;
    private final CountDownLatch done = new CountDownLatch(1);

    /// @param socket where a gateway offers itself; this takes its name
    /// @param last the number of the message that is not passed on any more
    /// @param stopped called when that message has come, before both lines are cut
    public Relay(Path socket, int last, Runnable stopped) throws IOException {
        this.shown = socket;
        this.real = socket.resolveSibling("upgrade.real");
        this.last = last;
        this.stopped = stopped;
        // Netty removes a socket by the name it was bound to; this name may be another's by then.
        Path fresh = socket.resolveSibling("relay");
        Files.move(socket, real);
        new ServerBootstrap()
                .group(loops)
                .channel(EpollServerDomainSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                var line = new Line(channel);
                                Thread.startVirtualThread(() -> pass(line));
                            }
                        })
                .bind(new DomainSocketAddress(fresh.toString()))
                .syncUninterruptibly();
        Files.move(fresh, socket);
    }

    /// Returns when it has cut them off.
    public void await() throws InterruptedException {
        if (!done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("message " + last + " never came");
        }
    }

    private void pass(Line successor) {
        try (successor;
                Line predecessor = Line.to(real, loops)) {
            for (int number = 1; number <= MESSAGES; number++) {
                boolean passed =
                        number == DESCRIPTORS
                                ? descriptors(predecessor, successor)
                                : number % 2 == 1
                                        ? message(number, successor, predecessor)
                                        : message(number, predecessor, successor);
                if (!passed) {
                    return;
                }
            }
        } catch (IOException _) {
            // One of them ended earlier than it was to; the test sees that.
        } finally {
            done.countDown();
        }
    }

    private int sockets;

    private boolean message(int number, Line from, Line to) throws IOException {
        JsonNode message = from.hear(PATIENCE);
        if (message.has("sockets")) {
            sockets = message.path("sockets").size();
        }
        if (message.path("say").asString("").equals("send")) {
            to.expectDescriptors();
        }
        if (number == last) {
            stopped.run();
            return false;
        }
        to.say((ObjectNode) message);
        return true;
    }

    private boolean descriptors(Line from, Line to) throws IOException {
        List<Listening> copies = new ArrayList<>();
        for (int i = 0; i < sockets; i++) {
            copies.add(new Listening("", 0, from.receive(PATIENCE)));
        }
        from.expectMessages();
        boolean pass = last != DESCRIPTORS;
        if (pass) {
            to.send(copies.stream().map(Listening::descriptor).toList());
        } else {
            stopped.run();
        }
        copies.forEach(Listening::close);
        return pass;
    }

    /// Ends, where the gateway has ended as well.
    public void discard() throws IOException {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        Files.delete(real);
    }

    /// Gives the gateway's socket its name back.
    @Override
    public void close() throws IOException {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        Files.move(real, shown, StandardCopyOption.REPLACE_EXISTING);
    }
}
