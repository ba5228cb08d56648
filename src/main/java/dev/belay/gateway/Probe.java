package dev.belay.gateway;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// One question to one member, on a connection of its own.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class Probe {
    private static final int ANSWER_MAX = 64 * 1024;

    /// What came of it.
    ///
    /// @param why what was wrong, in words that finish "the member is not ready: "; or empty
    record Outcome(boolean well, String why) {
        static final Outcome WELL = new Outcome(true, "");

        static Outcome unwell(String why) {
            return new Outcome(false, why);
        }
    }

    private Probe() {}

    /// Asks; the future is completed on the loop, within the check's timeout.
    static CompletableFuture<Outcome> ask(Upstream upstream, EventLoop loop, Transport transport) {
        HealthCheck check = upstream.health();
        var outcome = new CompletableFuture<Outcome>();
        if (check instanceof HealthCheck.None) {
            loop.execute(() -> outcome.complete(Outcome.WELL));
            return outcome;
        }
        long millis = check.timeout().toMillis();
        var late = Outcome.unwell("no answer within " + millis + " ms");
        var timer = loop.schedule(() -> outcome.complete(late), millis, TimeUnit.MILLISECONDS);
        outcome.whenComplete((_, _) -> timer.cancel(false));
        transport.connect(
                bootstrap(upstream, loop, check, outcome),
                upstream,
                check.timeout(),
                channel -> {
                    outcome.whenComplete((_, _) -> channel.close());
                    switch (check) {
                        case HealthCheck.Http http ->
                                channel.writeAndFlush(question(http, upstream));
                        // Asks by itself.
                        case HealthCheck.Grpc _ -> {}
                        case HealthCheck.Tcp _, HealthCheck.None _ ->
                                outcome.complete(Outcome.WELL);
                    }
                },
                cause -> outcome.complete(Outcome.unwell(Transport.why(cause))));
        return outcome;
    }

    private static Bootstrap bootstrap(
            Upstream upstream,
            EventLoop loop,
            HealthCheck check,
            CompletableFuture<Outcome> outcome) {
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(loop)
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) check.timeout().toMillis())
                        .handler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        install(channel, check, upstream, outcome);
                                    }
                                });
        return upstream.atSocketFile() ? bootstrap : bootstrap.option(ChannelOption.SO_LINGER, 0);
    }

    private static void install(
            Channel channel,
            HealthCheck check,
            Upstream upstream,
            CompletableFuture<Outcome> outcome) {
        if (check instanceof HealthCheck.Http http) {
            channel.pipeline()
                    .addLast(new HttpClientCodec())
                    .addLast(new HttpObjectAggregator(ANSWER_MAX))
                    .addLast(new Answer(http, outcome));
        } else if (check instanceof HealthCheck.Grpc(String service, _)) {
            var call = new GrpcHealthCall(service, upstream.authority());
            channel.pipeline().addLast(new Serving(call, outcome));
        }
    }

    private static DefaultFullHttpRequest question(HealthCheck.Http check, Upstream upstream) {
        var version = HttpVersion.HTTP_1_1;
        var request = new DefaultFullHttpRequest(version, HttpMethod.GET, check.path());
        request.headers()
                .set(HttpHeaderNames.HOST, upstream.authority())
                .set(HttpHeaderNames.USER_AGENT, "belay-gateway")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return request;
    }

    private static final class Serving extends SimpleChannelInboundHandler<ByteBuf> {
        private final GrpcHealthCall call;
        private final CompletableFuture<Outcome> outcome;

        Serving(GrpcHealthCall call, CompletableFuture<Outcome> outcome) {
            this.call = call;
            this.outcome = outcome;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.writeAndFlush(Unpooled.wrappedBuffer(call.opening()));
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            byte[] reply = call.take(ByteBufUtil.getBytes(bytes));
            if (reply.length > 0) {
                context.writeAndFlush(Unpooled.wrappedBuffer(reply));
            }
            String verdict = call.verdict();
            if (verdict != null) {
                outcome.complete(new Outcome(verdict.isEmpty(), verdict));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            outcome.complete(Outcome.unwell("it closed the connection without an answer"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            outcome.complete(Outcome.unwell("it reset the connection"));
        }
    }

    private static final class Answer extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final HealthCheck.Http check;
        private final CompletableFuture<Outcome> outcome;

        Answer(HealthCheck.Http check, CompletableFuture<Outcome> outcome) {
            this.check = check;
            this.outcome = outcome;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            outcome.complete(judge(response));
        }

        private Outcome judge(FullHttpResponse response) {
            if (response.decoderResult().isFailure()) {
                return Outcome.unwell("the answer is not HTTP");
            }
            int status = response.status().code();
            if (status < check.low() || status > check.high()) {
                return Outcome.unwell("it answered with status " + status);
            }
            for (Map.Entry<String, String> header : check.headers().entrySet()) {
                if (!header.getValue().equals(response.headers().get(header.getKey()))) {
                    return Outcome.unwell("header `" + header.getKey() + "` is another");
                }
            }
            String body = response.content().toString(StandardCharsets.UTF_8);
            return body.contains(check.body())
                    ? Outcome.WELL
                    : Outcome.unwell("its body does not contain `" + check.body() + "`");
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            outcome.complete(Outcome.unwell("it closed the connection without an answer"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            boolean tooLong = cause instanceof TooLongFrameException;
            String why = tooLong ? "its answer is longer than 64 KiB" : "it reset the connection";
            outcome.complete(Outcome.unwell(why));
        }
    }
}
