package dev.belay.contract.proto;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/// All files of Protocol Buffers of one component, as one. Which file a message is in is no matter
/// to who sends it.
public final class ProtoFiles {
    private static final int FILES_MAX = 500;
    private static final int BYTES_MAX = 8 << 20;

    private final Set<String> files;
    private final List<ProtoFile> parsed;
    private final Map<String, ProtoFile.Message> messages = new TreeMap<>();
    private final Map<String, ProtoFile.Enumeration> enumerations = new TreeMap<>();
    private final Map<String, ProtoFile.Service> services = new TreeMap<>();

    private ProtoFiles(Set<String> files, List<ProtoFile> parsed, List<ProtoFile> imported) {
        this.files = Collections.unmodifiableSet(new TreeSet<>(files));
        this.parsed = List.copyOf(parsed);
        Set<String> known = new TreeSet<>();
        var all = new ArrayList<>(parsed);
        all.addAll(imported);
        for (ProtoFile file : all) {
            file.messages().forEach(one -> known.add(one.name()));
            file.enumerations().forEach(one -> known.add(one.name()));
        }
        for (ProtoFile file : all) {
            file.messages()
                    .forEach(one -> {
                        ProtoFile.Message whole = whole(one, known);
                        messages.merge(whole.name(), whole, ProtoFiles::both);
                    });
            file.enumerations().forEach(one -> enumerations.put(one.name(), one));
            file.services().forEach(one -> services.put(one.name(), whole(one, known)));
        }
    }

    /// Reads files, and those that they import as far as they are there; what comes with the
    /// compiler is not.
    ///
    /// @param find the bytes of a file below the component's folder
    /// @throws ProtoException when one cannot be read
    public static ProtoFiles read(List<String> paths, Function<String, Optional<byte[]>> find)
            throws ProtoException {
        var named = new ArrayList<ProtoFile>();
        Map<String, ProtoFile> imported = new LinkedHashMap<>();
        var files = new TreeSet<String>();
        Deque<String> open = new ArrayDeque<>();
        for (String path : paths) {
            byte[] bytes =
                    find.apply(path)
                            .orElseThrow(() ->
                                    new ProtoException(
                                            path,
                                            0,
                                            "",
                                            "there is no file `"
                                                    + path
                                                    + "` below the component's folder"));
            files.add(path);
            if (path.endsWith(".proto")) {
                ProtoFile file = ProtoParser.parse(path, text(path, bytes));
                named.add(file);
                file.imports().forEach(one -> open.add(path + "\n" + one));
            } else {
                named.addAll(Descriptors.read(path, bytes));
            }
        }
        while (!open.isEmpty()) {
            String[] wanted = open.pop().split("\n", 2);
            String path = wanted[1].startsWith("google/protobuf/") ? "" : found(wanted, find);
            if (path.isEmpty() || !files.add(path)) {
                continue;
            }
            if (files.size() > FILES_MAX) {
                throw new ProtoException(
                        path, 0, "", "there are more than " + FILES_MAX + " files");
            }
            ProtoFile file =
                    ProtoParser.parse(path, text(path, find.apply(path).orElse(new byte[0])));
            imported.put(path, file);
            file.imports().forEach(one -> open.add(path + "\n" + one));
        }
        return new ProtoFiles(files, named, List.copyOf(imported.values()));
    }

    /// An import is relative to one of the folders above the file that has it.
    private static String found(String[] wanted, Function<String, Optional<byte[]>> find) {
        String name = wanted[1];
        if (name.startsWith("/") || name.contains("..") || name.contains(":")) {
            return "";
        }
        String folder = wanted[0];
        while (true) {
            int slash = folder.lastIndexOf('/');
            folder = slash < 0 ? "" : folder.substring(0, slash);
            String path = folder.isEmpty() ? name : folder + "/" + name;
            if (find.apply(path).isPresent()) {
                return path;
            }
            if (folder.isEmpty()) {
                return "";
            }
        }
    }

    private static String text(String path, byte[] bytes) throws ProtoException {
        if (bytes.length > BYTES_MAX) {
            throw new ProtoException(path, 0, "", "it has more than " + BYTES_MAX + " bytes");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException _) {
            throw new ProtoException(path, 0, "", "it is not UTF-8");
        }
    }

    /// Extensions of one message come from several places.
    private static ProtoFile.Message both(ProtoFile.Message one, ProtoFile.Message other) {
        var fields = new ArrayList<>(one.fields());
        fields.addAll(other.fields());
        return new ProtoFile.Message(one.name(), fields, one.reserved(), one.at());
    }

    private static ProtoFile.Message whole(ProtoFile.Message message, Set<String> known) {
        String name = message.name();
        return new ProtoFile.Message(
                name.startsWith("extend ")
                        ? "extend " + Names.whole(name.substring(7), known)
                        : name,
                message.fields().stream()
                        .map(field ->
                                new ProtoFile.Field(
                                        field.name(),
                                        field.number(),
                                        Names.whole(field.type(), known),
                                        field.cardinality(),
                                        field.oneof(),
                                        field.jsonName(),
                                        field.at()))
                        .toList(),
                message.reserved(),
                message.at());
    }

    private static ProtoFile.Service whole(ProtoFile.Service service, Set<String> known) {
        return new ProtoFile.Service(
                service.name(),
                service.methods().stream()
                        .map(method ->
                                new ProtoFile.Method(
                                        method.name(),
                                        Names.whole(method.input(), known),
                                        Names.whole(method.output(), known),
                                        method.clientStreams(),
                                        method.serverStreams(),
                                        method.idempotency(),
                                        method.at()))
                        .toList(),
                service.at());
    }

    /// The paths that were read.
    public Set<String> files() {
        return files;
    }

    /// Those that were named, without what they import.
    public List<ProtoFile> parsed() {
        return parsed;
    }

    public Map<String, ProtoFile.Message> messages() {
        return Collections.unmodifiableMap(messages);
    }

    public Map<String, ProtoFile.Enumeration> enumerations() {
        return Collections.unmodifiableMap(enumerations);
    }

    public Map<String, ProtoFile.Service> services() {
        return Collections.unmodifiableMap(services);
    }
}
