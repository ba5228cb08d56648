package dev.belay.server.audit;

import dev.belay.driver.witness.FileWitness;
import dev.belay.driver.witness.GitWitness;
import dev.belay.driver.witness.SyslogWitness;
import dev.belay.driver.witness.SyslogWitness.Transport;
import dev.belay.driver.witness.WebhookWitness;
import dev.belay.driver.witness.Witness;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;

/// Where a witness is, as it is written: `file:/mnt/worm/belay.jsonl`, `git:/srv/checkpoints`,
/// `syslog+udp://host:514`, `syslog+tcp://host:601`, `syslog+tls://host:6514`,
/// `syslog+unix:/dev/log`, `https://host/path`.
sealed interface WitnessAddress {
    /// What is wrong with one, for its problem.
    String FORMS =
            "`file:/PATH`, `git:/FOLDER`, `syslog+udp://HOST:PORT` (or `+tcp`, `+tls`),"
                    + " `syslog+unix:/PATH` or `https://HOST/PATH`";

    /// A word for it.
    String kind();

    /// Whoever is there.
    ///
    /// @param secret of a web hook
    Witness witness(String secret, InstantSource clock);

    record OfFile(Path file) implements WitnessAddress {
        @Override
        public String kind() {
            return "file";
        }

        @Override
        public Witness witness(String secret, InstantSource clock) {
            return new FileWitness(file);
        }
    }

    record OfGit(Path folder) implements WitnessAddress {
        @Override
        public String kind() {
            return "git";
        }

        @Override
        public Witness witness(String secret, InstantSource clock) {
            return new GitWitness(folder);
        }
    }

    record OfSyslog(Transport transport, String host, int port) implements WitnessAddress {
        @Override
        public String kind() {
            return "syslog";
        }

        @Override
        public Witness witness(String secret, InstantSource clock) {
            return new SyslogWitness(transport, host, port, clock);
        }
    }

    record OfWebhook(URI address) implements WitnessAddress {
        @Override
        public String kind() {
            return "webhook";
        }

        @Override
        public Witness witness(String secret, InstantSource clock) {
            return new WebhookWitness(address, secret, clock);
        }
    }

    /// Empty when it is none of them.
    static Optional<WitnessAddress> parse(String written) {
        URI uri;
        try {
            uri = new URI(written);
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "file" -> path(uri).map(OfFile::new);
            case "git" -> path(uri).map(OfGit::new);
            case "syslog+unix" ->
                    path(uri).map(path -> new OfSyslog(Transport.UNIX, path.toString(), 0));
            case "syslog+udp" -> syslog(uri, Transport.UDP, 514);
            case "syslog+tcp" -> syslog(uri, Transport.TCP, 601);
            case "syslog+tls" -> syslog(uri, Transport.TLS, 6514);
            case "https", "http" ->
                    uri.getHost() == null || uri.getRawUserInfo() != null
                            ? Optional.empty()
                            : Optional.of(new OfWebhook(uri));
            default -> Optional.empty();
        };
    }

    private static Optional<Path> path(URI uri) {
        String path = uri.getPath();
        boolean absolute = path != null && path.startsWith("/") && path.indexOf('\0') < 0;
        return absolute && uri.getHost() == null
                ? Optional.of(Path.of(path).normalize())
                : Optional.empty();
    }

    private static Optional<WitnessAddress> syslog(URI uri, Transport transport, int usual) {
        return uri.getHost() == null
                ? Optional.empty()
                : Optional.of(
                        new OfSyslog(
                                transport,
                                uri.getHost(),
                                uri.getPort() < 0 ? usual : uri.getPort()));
    }
}
