package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// gRPC from a real client through the gateway to a real server: messages, trailers, cancellations
/// and windows of both sides pass.
class GrpcTest {
    private static final int LARGE = 3 * 1024 * 1024;
    private static final Metadata.Key<String> NOTE =
            Metadata.Key.of("note", Metadata.ASCII_STRING_MARSHALLER);

    @TempDir private Path folder;
    private TestGateway gateway;
    private ManagedChannel channel;
    private final List<Server> servers = new ArrayList<>();
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", gateway.port)
                        .usePlaintext()
                        .proxyDetector(_ -> null)
                        .maxInboundMessageSize(2 * LARGE)
                        .build();
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        for (Server server : servers) {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        gateway.close();
    }

    @Test
    void one_message_there_and_one_back() throws Exception {
        routes(server());
        assertThat(call("echo", new byte[] {1, 2, 3})).containsExactly(1, 2, 3);
        assertThat(call("echo", new byte[0])).isEmpty();
        byte[] large = new byte[LARGE];
        assertThat(call("echo", large)).isEqualTo(large);
    }

    @Test
    void an_error_without_a_message_arrives_with_its_status_and_its_notes() throws Exception {
        routes(server());
        assertThatThrownBy(() -> call("fails", new byte[1]))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> {
                            assertThat(e.getStatus().getCode())
                                    .isEqualTo(Status.Code.FAILED_PRECONDITION);
                            assertThat(e.getStatus().getDescription()).isEqualTo("not today");
                            assertThat(note(e)).isEqualTo("why");
                        });
        assertThatThrownBy(() -> call("unknown", new byte[1]))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.UNIMPLEMENTED));
    }

    @Test
    void a_stream_of_answers_arrives_one_by_one() throws Exception {
        routes(server());
        var answers =
                ClientCalls.blockingServerStreamingCall(
                        channel,
                        method("count", MethodDescriptor.MethodType.SERVER_STREAMING),
                        CallOptions.DEFAULT,
                        new byte[] {100});
        int count = 0;
        while (answers.hasNext()) {
            assertThat(answers.next()).hasSize(10_000);
            count++;
        }
        assertThat(count).isEqualTo(100);
    }

    @Test
    void both_sides_speak_while_the_other_does() throws Exception {
        routes(server());
        var received = new java.util.concurrent.CopyOnWriteArrayList<Integer>();
        var done = new CompletableFuture<Void>();
        StreamObserver<byte[]> up =
                ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(
                                method("talk", MethodDescriptor.MethodType.BIDI_STREAMING),
                                CallOptions.DEFAULT),
                        collecting(received, done));
        // The next is said only when the last was answered: nobody waits for an end.
        for (int i = 1; i <= 50; i++) {
            int said = i;
            up.onNext(new byte[said]);
            TestGateway.eventually("answer " + said, () -> received.size() == said);
        }
        up.onCompleted();
        done.get(10, TimeUnit.SECONDS);
        assertThat(received).hasSize(50).last().isEqualTo(50);
    }

    @Test
    void a_client_that_gives_up_is_heard_of_by_the_server() throws Exception {
        routes(server());
        var call =
                channel.newCall(
                        method("waits", MethodDescriptor.MethodType.UNARY), CallOptions.DEFAULT);
        var answer = ClientCalls.futureUnaryCall(call, new byte[1]);
        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
        answer.cancel(true);
        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        TestGateway.eventually("it is over", () -> gateway.inFlight("v1").requests() == 0);
    }

    @Test
    void five_hundred_calls_at_a_time_share_few_connections() throws Exception {
        routes(server());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<java.util.concurrent.Future<byte[]>>();
            for (int i = 0; i < 500; i++) {
                byte[] message = new byte[i];
                calls.add(threads.submit(() -> call("echo", message)));
            }
            for (int i = 0; i < 500; i++) {
                assertThat(calls.get(i).get()).hasSize(i);
            }
        }
    }

    /// The server hangs up as soon as it has answered, whatever of ours it has not read by then.
    @RepeatedTest(20)
    void a_server_that_shuts_down_politely_costs_no_call() throws Exception {
        Server first = server();
        Server second = server();
        routes(first, second);
        var stop = new AtomicBoolean();
        var made = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var callers = new ArrayList<java.util.concurrent.Future<?>>();
            for (int i = 0; i < 8; i++) {
                callers.add(
                        threads.submit(() -> {
                            while (!stop.get()) {
                                assertThat(call("echo", new byte[10])).hasSize(10);
                                made.incrementAndGet();
                            }
                        }));
            }
            TestGateway.eventually("calls are made", () -> made.get() > 200);
            first.shutdown();
            assertThat(first.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            int then = made.get();
            TestGateway.eventually("they go on", () -> made.get() > then + 200);
            stop.set(true);
            for (var caller : callers) {
                caller.get(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void a_call_may_be_silent_for_longer_than_a_request() throws Exception {
        channel.shutdownNow();
        gateway.close();
        var half = TestGateway.limits(java.time.Duration.ofMillis(300), 100);
        gateway = new TestGateway(folder, half);
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", gateway.port)
                        .usePlaintext()
                        .proxyDetector(_ -> null)
                        .build();
        routes(server());
        var call =
                channel.newCall(
                        method("waits", MethodDescriptor.MethodType.UNARY), CallOptions.DEFAULT);
        var answer = ClientCalls.futureUnaryCall(call, new byte[1]);
        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
        // Heads that never end are cut when the time of a phase is over: they tell the time.
        for (int i = 0; i < 3; i++) {
            gateway.raw("GET / HTTP");
        }
        assertThat(answer.isDone()).isFalse();
        assertThat(cancelled.getCount()).isEqualTo(1);
    }

    @Test
    void a_server_is_asked_about_its_health_in_its_own_words() throws Exception {
        assertThat(published(serverOfHealth(1), "my.Service"))
                .isInstanceOf(PublishReply.Published.class);
        assertThat(published(serverOfHealth(2), "my.Service"))
                .asString()
                .contains("it says that it is not serving");
        assertThat(published(server(), "")).asString().contains("it has no gRPC health service]");
        try (var other = TestMember.saying("hello")) {
            assertThat(published(other.port(), ""))
                    .asString()
                    .containsPattern("it does not speak HTTP/2|closed the connection|reset");
        }
    }

    private PublishReply published(Server server, String service) {
        return published(server.getPort(), service);
    }

    private PublishReply published(int port, String service) {
        var member = new Route.Member("m", "127.0.0.1", port, Route.Protocol.HTTP2);
        var share = new Route.Share("v1", 1, new Route.Members(List.of(member)));
        var check = new HealthCheck.Grpc(service, java.time.Duration.ofSeconds(2));
        return gateway.client.publish(gateway.route(check, share));
    }

    /// Answers SERVING (1) or NOT_SERVING (2).
    private Server serverOfHealth(int serving) throws IOException {
        var check =
                MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName("grpc.health.v1.Health/Check")
                        .build();
        var health =
                ServerServiceDefinition.builder("grpc.health.v1.Health")
                        .addMethod(
                                check,
                                ServerCalls.asyncUnaryCall((asked, answer) -> {
                                    // Field 1, ten bytes long.
                                    assertThat(asked).startsWith(10, 10).hasSize(12);
                                    answer.onNext(new byte[] {8, (byte) serving});
                                    answer.onCompleted();
                                }))
                        .build();
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Server server = NettyServerBuilder.forAddress(address).addService(health).build().start();
        servers.add(server);
        return server;
    }

    private static String note(StatusRuntimeException e) {
        Metadata trailers = java.util.Objects.requireNonNull(e.getTrailers());
        return String.valueOf(trailers.get(NOTE));
    }

    // --- a server and calls to it ---------------------------------------------------------------

    private byte[] call(String name, byte[] message) {
        return ClientCalls.blockingUnaryCall(
                channel,
                method(name, MethodDescriptor.MethodType.UNARY),
                CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                message);
    }

    private static StreamObserver<byte[]> collecting(
            List<Integer> received, CompletableFuture<Void> done) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] value) {
                received.add(value.length);
            }

            @Override
            public void onError(Throwable failure) {
                done.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                done.complete(null);
            }
        };
    }

    private void routes(Server... those) {
        var members = new ArrayList<Route.Member>();
        for (Server server : those) {
            String id = "m" + members.size();
            members.add(new Route.Member(id, "127.0.0.1", server.getPort(), Route.Protocol.HTTP2));
        }
        gateway.routes(new Route.Share("v1", 1, new Route.Members(members)));
    }

    private Server server() throws IOException {
        Server server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .maxInboundMessageSize(2 * LARGE)
                        .addService(service())
                        .build()
                        .start();
        servers.add(server);
        return server;
    }

    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("test.Echo")
                .addMethod(
                        method("echo", MethodDescriptor.MethodType.UNARY),
                        ServerCalls.asyncUnaryCall((message, answer) -> {
                            answer.onNext(message);
                            answer.onCompleted();
                        }))
                .addMethod(method("fails", MethodDescriptor.MethodType.UNARY), failing())
                .addMethod(
                        method("count", MethodDescriptor.MethodType.SERVER_STREAMING),
                        ServerCalls.asyncServerStreamingCall((message, answer) -> {
                            for (int i = 0; i < message[0]; i++) {
                                answer.onNext(new byte[10_000]);
                            }
                            answer.onCompleted();
                        }))
                .addMethod(
                        method("talk", MethodDescriptor.MethodType.BIDI_STREAMING),
                        ServerCalls.asyncBidiStreamingCall(answer -> answer))
                .addMethod(
                        method("waits", MethodDescriptor.MethodType.UNARY),
                        ServerCalls.asyncUnaryCall((_, answer) -> {
                            var call = (io.grpc.stub.ServerCallStreamObserver<byte[]>) answer;
                            call.setOnCancelHandler(cancelled::countDown);
                            arrived.countDown();
                        }))
                .build();
    }

    private static ServerCallHandler<byte[], byte[]> failing() {
        return (call, _) -> {
            var notes = new Metadata();
            notes.put(NOTE, "why");
            call.close(Status.FAILED_PRECONDITION.withDescription("not today"), notes);
            return new ServerCall.Listener<>() {};
        };
    }

    private static MethodDescriptor<byte[], byte[]> method(
            String name, MethodDescriptor.MethodType type) {
        return MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                .setType(type)
                .setFullMethodName("test.Echo/" + name)
                .build();
    }

    private record Bytes() implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
