package dev.belay.gateway.tls;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a client says before anything is encrypted: whom it wants to talk to, and in what (RFC 8446
/// §4.1.2).
///
/// @param serverName in small letters; empty when it named none
/// @param protocols of ALPN, its favourite first
public record ClientHello(String serverName, List<String> protocols) {
    public static final ClientHello SILENT = new ClientHello("", List.of());

    private static final int VERSION_AND_RANDOM = 2 + 32;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;
    private static final int PROTOCOLS = 16;

    public ClientHello {
        protocols = List.copyOf(protocols);
    }

    /// Reads the message behind its type and length. What is malformed says nothing here; the
    /// handshake refuses it.
    public static ClientHello parse(ByteBuf message) {
        try {
            return read(message.duplicate());
        } catch (IndexOutOfBoundsException _) {
            return SILENT;
        }
    }

    private static ClientHello read(ByteBuf in) {
        in.skipBytes(VERSION_AND_RANDOM);
        in.skipBytes(in.readUnsignedByte());
        in.skipBytes(in.readUnsignedShort());
        in.skipBytes(in.readUnsignedByte());
        String name = "";
        List<String> protocols = List.of();
        if (in.isReadable()) {
            ByteBuf extensions = in.readSlice(in.readUnsignedShort());
            while (extensions.isReadable()) {
                int kind = extensions.readUnsignedShort();
                ByteBuf content = extensions.readSlice(extensions.readUnsignedShort());
                switch (kind) {
                    case SERVER_NAME -> name = serverName(content);
                    case PROTOCOLS -> protocols = protocols(content);
                    default -> {}
                }
            }
        }
        return new ClientHello(name, protocols);
    }

    /// RFC 6066 §3.
    private static String serverName(ByteBuf content) {
        ByteBuf list = content.readSlice(content.readUnsignedShort());
        while (list.isReadable()) {
            int kind = list.readUnsignedByte();
            ByteBuf name = list.readSlice(list.readUnsignedShort());
            if (kind == HOST_NAME) {
                return name.toString(StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
            }
        }
        return "";
    }

    /// RFC 7301 §3.1.
    private static List<String> protocols(ByteBuf content) {
        ByteBuf list = content.readSlice(content.readUnsignedShort());
        var protocols = new ArrayList<String>();
        while (list.isReadable()) {
            ByteBuf protocol = list.readSlice(list.readUnsignedByte());
            protocols.add(protocol.toString(StandardCharsets.US_ASCII));
        }
        return protocols;
    }
}
