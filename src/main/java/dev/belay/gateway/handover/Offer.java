package dev.belay.gateway.handover;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Where a running gateway waits for a successor, and its side of the conversation with one. Needs
/// epoll: only there descriptors can be passed.
public final class Offer implements AutoCloseable {
    static final int PROTOCOL = 1;

    /// Descriptors under way at the same time; the kernel limits them.
    static final int BATCH = 64;

    /// The successor may ask every member meanwhile.
    static final Duration READY_WITHIN = Duration.ofSeconds(60);

    static final Duration STEP_WITHIN = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Offer.class);

    private final Estate estate;
    private final Channel server;
    private final AtomicBoolean talking = new AtomicBoolean();

    /// Listens; an older socket of that name is replaced at once.
    public Offer(Path socket, EventLoopGroup loops, Estate estate) throws IOException {
        this.estate = estate;
        Path fresh = socket.resolveSibling("up." + ProcessHandle.current().pid());
        Files.deleteIfExists(fresh);
        ChannelFuture binding =
                new ServerBootstrap()
                        .group(loops)
                        .channel(EpollServerDomainSocketChannel.class)
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        asked(channel);
                                    }
                                })
                        .bind(new DomainSocketAddress(fresh.toString()));
        binding.awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new IOException("cannot listen on " + socket, binding.cause());
        }
        server = binding.channel();
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        Files.move(fresh, socket, StandardCopyOption.ATOMIC_MOVE);
    }

    private void asked(Channel channel) {
        var line = new Line(channel);
        Thread.startVirtualThread(() -> answer(line));
    }

    private void answer(Line line) {
        try (line) {
            if (!line.trusted()) {
                LOG.warn("somebody else's process asked to take this gateway over");
            } else if (!talking.compareAndSet(false, true)) {
                refuse(line, "another successor is just taking it over");
            } else {
                try {
                    talk(line);
                } finally {
                    talking.set(false);
                }
            }
        } catch (IOException e) {
            LOG.warn("nothing was handed over: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("a bug, at a hand-over", e);
        }
    }

    private static void refuse(Line line, String why) throws IOException {
        line.say(Line.message("refused").put("why", why));
    }

    private void talk(Line line) throws IOException {
        JsonNode hello = line.hear("hello", STEP_WITHIN);
        String obstacle =
                hello.path("protocol").asInt() == PROTOCOL
                        ? estate.obstacle()
                        : "it hands over by protocol " + PROTOCOL + " only";
        if (!obstacle.isEmpty()) {
            refuse(line, obstacle);
            return;
        }
        line.say(estate.draft().write("table"));
        line.hear("ready", READY_WITHIN);
        try {
            give(line);
            estate.release();
        } catch (IOException | RuntimeException e) {
            estate.thaw();
            throw e;
        }
        yours(line);
    }

    private void give(Line line) throws IOException {
        Will last = estate.freeze();
        List<Listening> sockets = estate.sockets();
        ObjectNode message = last.write("sockets");
        var array = message.putArray("sockets");
        sockets.forEach(
                one -> array.addObject().put("address", one.address()).put("port", one.port()));
        line.say(message);
        for (int from = 0; from < sockets.size(); from += BATCH) {
            line.hear("send", STEP_WITHIN);
            int to = Math.min(sockets.size(), from + BATCH);
            line.send(sockets.subList(from, to).stream().map(Listening::descriptor).toList());
        }
        line.hear("got", STEP_WITHIN);
    }

    /// The lock is up for the successor. If that is lost now, whoever gets the lock serves.
    private void yours(Line line) throws IOException {
        Duration drain;
        try {
            line.say(Line.message("yours"));
            JsonNode serving = line.hear("serving", STEP_WITHIN);
            drain = Duration.ofMillis(serving.path("drainMillis").asLong());
        } catch (IOException e) {
            if (estate.regain()) {
                estate.thaw();
                throw e;
            }
            LOG.warn("the successor has the lock, but no word came of it: {}", e.getMessage());
            drain = TakeOver.DRAIN;
        }
        estate.leave(drain);
        line.say(Line.message("draining"));
    }

    /// Nobody is answered from here on. The socket's name may be a successor's by now, and stays.
    @Override
    public void close() {
        server.close().awaitUninterruptibly();
    }
}
