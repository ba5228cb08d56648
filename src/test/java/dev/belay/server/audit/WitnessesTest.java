package dev.belay.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.belay.driver.witness.Statement;
import dev.belay.driver.witness.WebhookWitness;
import dev.belay.journal.AuditReport;
import dev.belay.journal.AuditVerifier;
import dev.belay.journal.SqliteJournal;
import dev.belay.journal.Vouched;
import dev.belay.journal.tree.NoteSigner;
import dev.belay.server.operations.Denied;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Witnesses of every kind, each with a real counterpart. They are told by hand and not by their
/// threads, so that nothing has to be waited for.
class WitnessesTest {
    private final NoteSigner signer = NoteSigner.random("belay/test");

    @TempDir private Path folder;
    private SqliteJournal journal;
    private Checkpoints checkpoints;
    private Witnesses witnesses;

    @BeforeEach
    void open() throws IOException {
        journal = Logged.open(folder.resolve("journal.db"));
        witnesses = reopened();
        checkpoints = new Checkpoints(journal, signer, journal::now, () -> {});
        log("drill-begun");
    }

    @AfterEach
    void close() {
        witnesses.close();
        journal.close();
    }

    private Witnesses reopened() throws IOException {
        return Witnesses.open(folder.resolve("audit"), journal, journal, Logged.CLOCK);
    }

    /// Something happens and is signed.
    private void log(String what) {
        Logged.deed(journal, what);
        assertThat(checkpoints.sign()).isPresent();
    }

    private WitnessView add(String where) {
        return witnesses.add(where, "", "ann").witness();
    }

    /// Tells all of them once.
    private WitnessView tell() {
        witnesses.pass();
        return witnesses.list().getFirst();
    }

    private List<Long> sizes(Path kept) throws IOException {
        return WitnessFile.read(kept).stream().map(one -> one.checkpoint().size()).toList();
    }

    @Test
    void a_file_gets_a_line_for_each_checkpoint_and_what_it_missed_later() throws Exception {
        Path mount = Files.createDirectory(folder.resolve("mount"));
        Path file = mount.resolve("belay.jsonl");
        assertThat(add("file:" + file).trouble()).isEmpty();
        assertThat(sizes(file)).containsExactly(1L);
        log("drill-ended");
        tell();
        assertThat(sizes(file)).containsExactly(1L, 3L);

        // The disk is away, then there again.
        Path away = folder.resolve("away");
        Files.move(mount, away);
        log("backup-begun");
        assertThat(tell().trouble()).contains("is not there; is the disk mounted");
        assertThat(witnesses.troubles()).hasSize(1);
        Files.createDirectory(mount);
        log("backup-ended");
        assertThat(tell().trouble()).contains("is not there");
        assertThat(mount).isEmptyDirectory();
        Files.delete(mount);
        Files.move(away, mount);
        assertThat(tell().trouble()).isEmpty();
        assertThat(sizes(file)).containsExactly(1L, 3L, 4L, 5L);
        assertThat(witnesses.list().getFirst().size()).isEqualTo(5);
    }

    @Test
    void what_it_was_told_outlives_the_control_plane_and_a_crash_before_it_was_noted()
            throws Exception {
        Path file = folder.resolve("belay.jsonl");
        add("file:" + file);
        Path notes = folder.resolve("audit/witnesses.json");
        byte[] before = Files.readAllBytes(notes);
        log("drill-ended");
        tell();
        witnesses.close();
        Files.write(notes, before);
        // The last line was torn off by the crash, too.
        Files.writeString(file, Files.readString(file) + "{\"checkpoint\":\"bel");
        witnesses = reopened();
        log("backup-begun");
        assertThat(tell().trouble()).isEmpty();
        assertThat(sizes(file)).containsExactly(1L, 3L, 4L);
    }

    @Test
    void an_older_journal_that_is_put_back_is_told_and_no_more_is_said() throws Exception {
        Path file = folder.resolve("belay.jsonl");
        add("file:" + file);
        Path database = folder.resolve("journal.db");
        journal.close();
        Path old = Files.copy(database, folder.resolve("old.db"));
        journal = Logged.open(database);
        witnesses = reopened();
        checkpoints = new Checkpoints(journal, signer, journal::now, () -> {});
        log("restore-begun");
        log("restore-ended");
        tell();
        assertThat(sizes(file)).containsExactly(1L, 3L, 4L);

        journal.close();
        Files.copy(old, database, StandardCopyOption.REPLACE_EXISTING);
        journal = Logged.open(database);
        witnesses = reopened();
        checkpoints = new Checkpoints(journal, signer, journal::now, () -> {});
        assertThat(tell().trouble())
                .startsWith(
                        "it was told of 4 entries, and the audit log has 2: its end was cut off");
        for (int i = 0; i < 3; i++) {
            log("backup-begun");
        }
        assertThat(tell().trouble()).contains("are not those that it was told of");
        assertThat(sizes(file)).containsExactly(1L, 3L, 4L);
        AuditReport report =
                AuditVerifier.verify(database, List.of(signer.publicKey()), WitnessFile.read(file));
        assertThat(report.findings())
                .extracting(AuditReport.Finding::kind)
                .contains(AuditReport.Kind.FORKED);
    }

    @Test
    void a_witness_whose_file_was_cut_is_not_written_over() throws Exception {
        Path file = folder.resolve("belay.jsonl");
        add("file:" + file);
        log("drill-ended");
        tell();
        Files.writeString(file, "");
        log("backup-begun");
        assertThat(tell().trouble()).startsWith("it was told of 3 entries, and shows 0");
        assertThat(file).isEmptyFile();
    }

    @Test
    void a_repository_gets_a_commit_and_its_remote_too() throws Exception {
        Path remote = folder.resolve("remote.git");
        Path clone = folder.resolve("clone");
        git(folder, "init", "-q", "--bare", remote.toString());
        git(folder, "clone", "-q", remote.toString(), clone.toString());
        assertThat(add("git:" + clone).trouble()).isEmpty();
        log("drill-ended");
        assertThat(tell().trouble()).isEmpty();
        assertThat(sizes(clone)).containsExactly(1L, 3L);
        assertThat(git(remote, "log", "--format=%an %s", "--all"))
                .isEqualTo("Belay Checkpoint of 3 entries\nBelay Checkpoint of 1 entries\n");

        Files.move(remote, folder.resolve("moved.git"));
        log("backup-begun");
        assertThat(tell().trouble()).contains("`git push`");
        assertThat(witnesses.list().getFirst().size()).isEqualTo(3);
        Files.move(folder.resolve("moved.git"), remote);
        assertThat(tell().trouble()).isEmpty();
        assertThat(git(remote, "log", "--format=%s", "-1", "--all")).contains("of 4 entries");
    }

    private static String git(Path in, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command)
                        .directory(in.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void a_syslog_hears_it_over_udp() throws Exception {
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.setSoTimeout(20_000);
            add("syslog+udp://127.0.0.1:" + socket.getLocalPort());
            var packet = new DatagramPacket(new byte[8192], 8192);
            socket.receive(packet);
            assertIsMessage(
                    new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8));
        }
    }

    private void assertIsMessage(String message) throws IOException {
        assertThat(message)
                .matches(
                        "(?s)<109>1 2026-03-01T12:00:00Z \\S+ belay \\d+ checkpoint - \\{.*\"size\":1\\}");
        Path file = Files.writeString(folder.resolve("messages"), "Mar  1 x: " + message + "\n");
        assertThat(WitnessFile.read(file))
                .singleElement()
                .satisfies(one -> assertThat(one.signed(signer.publicKey())).isTrue());
    }

    @Test
    void a_syslog_hears_it_over_tcp_and_one_that_is_away_is_told_later() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertThat(add("syslog+tcp://127.0.0.1:" + port).trouble()).contains("is away");
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            var heard =
                    CompletableFuture.supplyAsync(() -> {
                        try (var connection = socket.accept()) {
                            return connection.getInputStream().readAllBytes();
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    });
            assertThat(tell().trouble()).isEmpty();
            String framed = new String(heard.get(20, TimeUnit.SECONDS), StandardCharsets.UTF_8);
            int space = framed.indexOf(' ');
            String message = framed.substring(space + 1);
            assertThat(Integer.parseInt(framed.substring(0, space)))
                    .isEqualTo(message.getBytes(StandardCharsets.UTF_8).length);
            assertIsMessage(message);
        }
    }

    @Test
    void a_syslog_hears_it_at_the_machines_own_socket() throws Exception {
        BlockingQueue<String> heard = new ArrayBlockingQueue<>(9);
        Path path =
                Path.of(
                        System.getProperty("java.io.tmpdir"),
                        "log-" + ProcessHandle.current().pid());
        var loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            var channel =
                    new Bootstrap()
                            .group(loop)
                            .channel(EpollDomainDatagramChannel.class)
                            .handler(
                                    new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                                        @Override
                                        protected void channelRead0(
                                                ChannelHandlerContext ctx,
                                                DomainDatagramPacket packet) {
                                            boolean _ =
                                                    heard.offer(
                                                            packet.content()
                                                                    .toString(
                                                                            StandardCharsets
                                                                                    .UTF_8));
                                        }
                                    })
                            .bind(new DomainSocketAddress(path.toString()))
                            .sync()
                            .channel();
            assertThat(add("syslog+unix:" + path).trouble()).isEmpty();
            String message = heard.poll(20, TimeUnit.SECONDS);
            assertThat(message).isNotNull();
            assertIsMessage(java.util.Objects.requireNonNull(message));
            channel.close().sync();
            log("drill-ended");
            assertThat(tell().trouble()).contains("is away");
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
            Files.deleteIfExists(path);
        }
    }

    @Test
    void a_web_hook_is_signed_carries_a_proof_and_is_sent_again_until_it_is_taken()
            throws Exception {
        var bodies = new ArrayBlockingQueue<byte[]>(20);
        var signatures = new ArrayBlockingQueue<String>(20);
        var status = new AtomicInteger(200);
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext(
                "/hook",
                exchange -> {
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    bodies.add(body);
                    signatures.add(
                            exchange.getRequestHeaders().getFirst("webhook-id")
                                    + " "
                                    + exchange.getRequestHeaders().getFirst("webhook-timestamp")
                                    + " "
                                    + exchange.getRequestHeaders().getFirst("webhook-signature"));
                    exchange.sendResponseHeaders(status.get(), -1);
                    exchange.close();
                });
        server.start();
        try {
            String where =
                    "http://127.0.0.1:" + server.getAddress().getPort() + "/hook?token=geheim";
            Witnesses.Added added = witnesses.add(where, "auditor", "ann");
            assertThat(added.witness().trouble()).isEmpty();
            assertThat(added.witness().where()).endsWith("/hook?…");
            byte[] first = bodies.remove();
            assertThat(signatures.remove())
                    .isEqualTo(
                            "checkpoint_1 1772366400 v1,"
                                    + hmac(added.secret(), "checkpoint_1.1772366400.", first));
            status.set(503);
            log("drill-ended");
            assertThat(tell().trouble()).contains("answered 503");
            status.set(307);
            assertThat(tell().trouble()).contains("answered 307");
            status.set(204);
            assertThat(tell().trouble()).isEmpty();
            assertThat(bodies).hasSize(3);
            JsonNode told = JsonMapper.shared().readTree(bodies.remove());
            assertThat(told.path("from").asLong()).isEqualTo(1);
            assertThat(told.path("size").asLong()).isEqualTo(3);
            assertThat(told.path("consistency").size()).isEqualTo(journal.consistency(1, 3).size());
            assertThat(
                            Vouched.parse("w", told.path("checkpoint").asString(""))
                                    .signed(signer.publicKey()))
                    .isTrue();
            assertThat(journal.leaves(0, 100).toString()).doesNotContain("geheim", added.secret());
        } finally {
            server.stop(0);
        }
    }

    private static String hmac(String secret, String before, byte[] body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(
                new SecretKeySpec(
                        Base64.getDecoder().decode(secret.substring("whsec_".length())),
                        "HmacSHA256"));
        mac.update(before.getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder().encodeToString(mac.doFinal(body));
    }

    @Test
    void coming_and_going_is_in_the_log() {
        Path file = folder.resolve("belay.jsonl");
        add("file:" + file);
        assertThatThrownBy(() -> witnesses.remove("nobody", "ann")).isInstanceOf(Denied.class);
        assertThatThrownBy(() -> add("file:" + file)).isInstanceOf(Denied.class);
        witnesses.remove("file", "eve");
        assertThat(witnesses.list()).isEmpty();
        assertThat(file).exists();
        assertThat(journal.leaves(0, 10).getLast().body())
                .contains("witness-removed", "eve", "belay.jsonl");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "belay.jsonl",
                "file:belay.jsonl",
                "file://host/belay.jsonl",
                "ftp://host/x",
                "https://user:password@host/x",
                "https:///x",
                "syslog+udp:",
                "file:/nowhere/at/all/belay.jsonl",
                "git:/nowhere/at/all",
                "file:/a b",
                "http://169.254.169.254/latest/meta-data/",
                "http://[::ffff:169.254.169.254]/latest/meta-data/",
                "http://[::ffff:a9fe:a9fe]/",
                "http://2852039166/latest/meta-data/",
                "http://169.16689662/",
                "https://[fe80::a9fe:a9fe]/",
                "http://[fd00:ec2::254]/",
                "http://100.100.100.200/",
                "http://0251.0376.0251.0376/",
                "http://0xa9.254.0xa9.254/",
                "http://0.0.0.0/",
                "http://224.0.0.1/",
            })
    void what_is_no_place_for_a_witness_is_refused(String where) {
        assertThatThrownBy(() -> add(where)).isInstanceOf(Denied.class);
        assertThat(witnesses.list()).isEmpty();
    }

    /// Of earlier times, or behind a name that leads there by now.
    @ParameterizedTest
    @ValueSource(
            strings = {"http://169.254.169.254/", "http://0xa9fea9fe/", "http://nobody.invalid/"})
    void nothing_is_sent_to_where_a_machine_s_keys_are_given_out(String where) {
        var hook = new WebhookWitness(URI.create(where), "whsec_AAAA", InstantSource.system());
        assertThatThrownBy(() -> hook.keep(List.of(new Statement("note", 1, 0, List.of()))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is away")
                .hasMessageMatching(
                        "(?s).*(keys are given out|UnknownHost|unresolved|ambiguous).*");
    }
}
