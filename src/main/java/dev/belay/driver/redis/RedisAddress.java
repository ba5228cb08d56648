package dev.belay.driver.redis;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.probe.DependencyUrl;
import dev.belay.driver.probe.ProbeFailure;
import dev.belay.release.Dependency.Engine;
import java.util.OptionalInt;

/// Where a Redis server is and who asks. Its text leaves the password out.
///
/// @param tls whether the line is encrypted, and the server has to prove its name
/// @param user empty for the default one
/// @param password empty for none
/// @param database that the address names; empty for all of the server's
record RedisAddress(
        String host, int port, boolean tls, String user, String password, OptionalInt database) {
    /// As clients read it: `redis://USER:PASSWORD@HOST:PORT/NUMBER`, `rediss` with TLS.
    static RedisAddress of(String text) throws DataFailure {
        DependencyUrl url;
        try {
            url = DependencyUrl.parse(Engine.REDIS, text);
        } catch (ProbeFailure e) {
            throw new DataFailure(e.reason(), e.hint());
        }
        if (url.hosts().size() > 1) {
            throw new DataFailure(
                    "the address names several hosts, and a backup is of one server",
                    "name the primary");
        }
        if (!url.path().matches("[0-9]{0,5}")) {
            throw new DataFailure(
                    "the address ends in `/" + url.path() + "`, which is no database of Redis",
                    "a number, or nothing for all databases of the server");
        }
        var host = url.hosts().getFirst();
        return new RedisAddress(
                host.name(),
                host.port(),
                url.tls(),
                url.user(),
                url.password(),
                url.path().isEmpty()
                        ? OptionalInt.empty()
                        : OptionalInt.of(Integer.parseInt(url.path())));
    }

    /// What a backup is called.
    String called() {
        return database.isEmpty() ? "all" : "db" + database.getAsInt();
    }

    /// Whether a database of the server is meant by it.
    boolean covers(int number) {
        return database.isEmpty() || database.getAsInt() == number;
    }

    @Override
    public String toString() {
        String where = (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        return (tls ? "rediss://" : "redis://")
                + where
                + (database.isEmpty() ? "" : "/" + database.getAsInt());
    }
}
