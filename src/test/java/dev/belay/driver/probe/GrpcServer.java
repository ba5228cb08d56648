package dev.belay.driver.probe;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/// A real gRPC server that knows nothing but its health.
final class GrpcServer {
    private GrpcServer() {}

    /// Answers 1, SERVING, or 2, NOT_SERVING, as it stands at the time.
    static Server withHealth(AtomicInteger serving) throws IOException {
        var check =
                MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName("grpc.health.v1.Health/Check")
                        .build();
        var health =
                ServerServiceDefinition.builder("grpc.health.v1.Health")
                        .addMethod(
                                check,
                                ServerCalls.asyncUnaryCall((_, answer) -> {
                                    answer.onNext(new byte[] {8, (byte) serving.get()});
                                    answer.onCompleted();
                                }))
                        .build();
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return NettyServerBuilder.forAddress(address).addService(health).build().start();
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
