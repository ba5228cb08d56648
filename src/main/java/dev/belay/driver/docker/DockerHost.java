package dev.belay.driver.docker;

import dev.belay.release.ImageName;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a Docker Engine is asked.
///
/// @param written `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host`
/// @param certificates folder of `ca.pem`, `cert.pem` and `key.pem`, absolute; empty for no TLS
public record DockerHost(String written, String certificates) {
    private static final String USUAL = "unix:///var/run/docker.sock";
    private static final int SECURED = 2376;
    private static final int OPEN = 2375;

    private static final Pattern UNIX = Pattern.compile("unix://(/[^\\p{Cntrl}]{1,200})");
    private static final String HOST = "([A-Za-z0-9][A-Za-z0-9._-]{0,252})";
    private static final Pattern TCP = Pattern.compile("tcp://" + HOST + "(?::([0-9]{1,5}))?/?");
    private static final Pattern SSH =
            Pattern.compile(
                    "ssh://(?:([A-Za-z0-9_][A-Za-z0-9_.-]{0,63})@)?"
                            + HOST
                            + "(?::([0-9]{1,5}))?/?");

    /// As `DOCKER_HOST`, `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` say, which Docker's own command
    /// reads; else where an engine usually is.
    public static DockerHost of(Map<String, String> environment) {
        String written = environment.getOrDefault("DOCKER_HOST", "");
        boolean verified = !environment.getOrDefault("DOCKER_TLS_VERIFY", "").isEmpty();
        String folder = environment.getOrDefault("DOCKER_CERT_PATH", "");
        String usual = Path.of(environment.getOrDefault("HOME", "/root"), ".docker").toString();
        return new DockerHost(
                written.isEmpty() ? USUAL : written,
                verified ? (folder.isEmpty() ? usual : folder) : "");
    }

    /// As [#kept] wrote it.
    static DockerHost read(String kept) {
        String[] lines = kept.strip().split("\n", 2);
        return new DockerHost(lines[0], lines.length < 2 ? "" : lines[1]);
    }

    /// To be read by another process.
    String kept() {
        return written + "\n" + (certificates.isEmpty() ? "" : certificates + "\n");
    }

    /// Whether it sees the files of this host where we see them. What cannot be read is taken for
    /// one that does: that it cannot be read is said first.
    public boolean isHere() {
        return !written.startsWith("tcp:") && !written.startsWith("ssh:");
    }

    /// Whether what listens at its loopback does so at ours, too.
    public boolean isNear() {
        Matcher tcp = TCP.matcher(written);
        Matcher ssh = SSH.matcher(written);
        return isHere()
                || (tcp.matches() && ImageName.isLoopback(tcp.group(1)))
                || (ssh.matches() && ImageName.isLoopback(ssh.group(2)));
    }

    Engine engine() throws EngineFailure {
        return new Engine(route());
    }

    EngineRoute route() throws EngineFailure {
        Matcher unix = UNIX.matcher(written);
        Matcher tcp = TCP.matcher(written);
        Matcher ssh = SSH.matcher(written);
        if (unix.matches()) {
            return new EngineRoute.Unix(Path.of(unix.group(1)));
        }
        if (ssh.matches()) {
            String user = ssh.group(1) == null ? "" : ssh.group(1);
            return new EngineRoute.Ssh(user, ssh.group(2), port(ssh.group(3), 0), null);
        }
        if (!tcp.matches()) {
            throw EngineFailure.away(
                    "`%s` is no address of a Docker Engine".formatted(written),
                    "write it as `unix:///var/run/docker.sock`, `tcp://host:2376` or"
                            + " `ssh://user@host`");
        }
        if (!certificates.isEmpty()) {
            return new EngineRoute.Tcp(
                    tcp.group(1), port(tcp.group(2), SECURED), Path.of(certificates));
        }
        if (!ImageName.isLoopback(tcp.group(1))) {
            throw EngineFailure.away(
                    "`%s` is asked without TLS: whoever reaches that port is root there"
                            .formatted(written),
                    "give the engine certificates, and Belay `DOCKER_TLS_VERIFY=1` and"
                            + " `DOCKER_CERT_PATH`; or use `ssh://`");
        }
        return new EngineRoute.Tcp(tcp.group(1), port(tcp.group(2), OPEN), null);
    }

    private static int port(String written, int usual) throws EngineFailure {
        int port = written == null ? usual : Integer.parseInt(written);
        if (port > 65535) {
            throw EngineFailure.away("there is no port " + written, "mend the engine's address");
        }
        return port;
    }
}
