package dev.belay.gateway;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The gateways whose place this one took, as long as they serve what they had: found by their
/// sockets in the folder, so that one started after a crash knows them, too.
///
/// **Invariants.** Who asks this gateway what is in flight or counted hears of theirs, or gets no
/// answer at all: else an instance would be stopped under its last requests. Connections that are
/// still theirs use the present table. What one of them counted is either asked of it or inherited,
/// never both.
final class Predecessors {
    /// More would only be there if something is wrong.
    static final int MAX = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Predecessors.class);
    private static final String PREFIX = "old.";
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);
    private static final int OK = 200;

    private final Path folder;

    /// Asking and inheriting exclude each other.
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<Long, Former> live = new TreeMap<>();

    /// One of them, and what it last said.
    private static final class Former {
        final long pid;
        final Path socket;
        final GatewayClient client;
        long version = -1;
        JsonNode counts = RouteJson.MAPPER.createObjectNode();

        Former(long pid, Path socket) {
            this.pid = pid;
            this.socket = socket;
            this.client = new GatewayClient(socket, ANSWER_WITHIN);
        }

        /// Who listens may only be slow; nobody listens for a process that has ended. That we
        /// cannot ask, for want of descriptors say, says nothing of it.
        boolean lives() {
            try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                return true;
            } catch (ConnectException _) {
                return false;
            } catch (IOException _) {
                return Files.exists(socket)
                        && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
            }
        }
    }

    Predecessors(Path folder) {
        this.folder = folder;
    }

    /// Where a gateway can be asked what it still serves once another has its place.
    static Path socket(Path folder, long pid) {
        return folder.resolve(PREFIX + pid);
    }

    /// Whether a gateway beside this socket, where nobody answers, may be about to answer there
    /// again.
    static boolean mayTakeBack(Path socket) {
        Path folder = socket.toAbsolutePath().getParent();
        if (folder == null || socket.getFileName().toString().startsWith(PREFIX)) {
            return false;
        }
        try (DirectoryStream<Path> others = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (Path other : others) {
                if (answers(other)) {
                    return true;
                }
            }
        } catch (IOException _) {
            // Without its folder there is no gateway.
        }
        return false;
    }

    private static boolean answers(Path socket) {
        try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// Looks for them; to be called with the folder's lock held, before anybody else can ask.
    void discover() throws IOException {
        lock.lock();
        try (DirectoryStream<Path> sockets = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (Path socket : sockets) {
                String pid = socket.getFileName().toString().substring(PREFIX.length());
                if (pid.matches("[0-9]{1,10}")) {
                    var former = new Former(Long.parseLong(pid), socket);
                    if (former.lives()) {
                        live.put(former.pid, former);
                    } else {
                        Files.deleteIfExists(socket);
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Their processes.
    ///
    /// @param heir takes the counts of those that ended without a word
    List<Long> pids(Consumer<JsonNode> heir) throws IOException {
        lock.lock();
        try {
            for (Former one : List.copyOf(live.values())) {
                if (!one.lives()) {
                    bury(one);
                    heir.accept(one.counts);
                }
            }
            return List.copyOf(live.keySet());
        } finally {
            lock.unlock();
        }
    }

    /// Lets their connections use the table, too. Costs nothing when they do.
    ///
    /// @param heir takes the counts of one that ended without a word
    /// @throws IOException when one cannot be brought to it, though it lives
    void follow(long version, Supplier<String> table, Consumer<JsonNode> heir) throws IOException {
        lock.lock();
        try {
            for (Former one : List.copyOf(live.values())) {
                if (one.version < version) {
                    GatewayClient.Answer answer = ask(one, "PUT", "/table", table.get());
                    if (answer.status() == OK) {
                        one.version = version;
                    } else if (live.containsKey(one.pid)) {
                        throw silent(one, "answered " + answer.body());
                    } else {
                        heir.accept(one.counts);
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// A predecessor's last word: it serves nothing any more, and this is what it counted.
    void inherit(long pid, JsonNode counts, Consumer<JsonNode> heir) {
        lock.lock();
        try {
            // The second time nothing: its first word may have come through without our answer.
            if (live.remove(pid) != null) {
                heir.accept(counts);
                LOG.info("the predecessor, process {}, has served all that it had", pid);
            }
        } finally {
            lock.unlock();
        }
    }

    /// This gateway's answer with those of its predecessors to the same question.
    ///
    /// @param heir takes the counts of one that ended without a word
    /// @throws IOException when one that lives does not answer
    AdminApi.Answer merged(
            Supplier<AdminApi.Answer> own,
            String method,
            String target,
            String body,
            Consumer<JsonNode> heir)
            throws IOException {
        lock.lock();
        try {
            while (true) {
                int before = live.size();
                AdminApi.Answer answer = own.get();
                List<String> others = new ArrayList<>();
                Map<Long, Former> asked = new HashMap<>(live);
                for (Former one : asked.values()) {
                    if (target.equals("/counts") || target.equals("/metrics")) {
                        remember(one);
                    }
                    GatewayClient.Answer other = ask(one, method, target, body);
                    if (other.status() == OK) {
                        others.add(other.body());
                    } else if (live.containsKey(one.pid)) {
                        throw silent(one, "answered " + other.body());
                    }
                }
                if (live.size() == before) {
                    return answer.status() == OK ? merge(target, answer, others) : answer;
                }
                asked.values().stream()
                        .filter(one -> !live.containsKey(one.pid))
                        .forEach(one -> heir.accept(one.counts));
            }
        } finally {
            lock.unlock();
        }
    }

    private static AdminApi.Answer merge(String target, AdminApi.Answer own, List<String> others) {
        if (others.isEmpty()) {
            return own;
        }
        if (target.equals("/metrics")) {
            var all = Exposition.parse(own.body());
            others.forEach(other -> all.add(Exposition.parse(other)));
            return new AdminApi.Answer(own.status(), all.text(), own.type());
        }
        var all = (ObjectNode) RouteJson.MAPPER.readTree(own.body());
        others.forEach(other -> RevisionSums.add(all, RouteJson.MAPPER.readTree(other)));
        return AdminApi.Answer.json(own.status(), all);
    }

    private void remember(Former one) throws IOException {
        GatewayClient.Answer answer = ask(one, "GET", "/counts", "");
        try {
            if (answer.status() == OK) {
                one.counts = RouteJson.MAPPER.readTree(answer.body());
            }
        } catch (JacksonException e) {
            throw silent(one, "its counts are not JSON: " + e.getOriginalMessage());
        }
    }

    /// Its answer; an empty one when it turned out to have ended.
    private GatewayClient.Answer ask(Former one, String method, String path, String body)
            throws IOException {
        try {
            return one.client.exchange(method, path, body);
        } catch (IOException e) {
            if (one.lives()) {
                throw silent(one, String.valueOf(e.getMessage()));
            }
            bury(one);
            return new GatewayClient.Answer(0, "");
        }
    }

    private void bury(Former one) throws IOException {
        LOG.warn("the predecessor, process {}, ended without a word", one.pid);
        live.remove(one.pid);
        Files.deleteIfExists(one.socket);
    }

    private static IOException silent(Former one, String why) {
        return new IOException(
                "the gateway of before, process "
                        + one.pid
                        + ", still has connections and cannot be asked about them ("
                        + why
                        + "); if that stays so, end it: kill "
                        + one.pid);
    }
}
