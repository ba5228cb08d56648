package dev.belay.driver.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.probe.DependencyUrl;
import dev.belay.driver.probe.ProbeFailure;
import dev.belay.release.Dependency.Engine;
import java.net.URI;
import java.util.Base64;

/// Where a ClickHouse server is, who asks, and which database is meant. Its text leaves the
/// password out.
///
/// @param tls whether the line is encrypted, and the server has to prove its name
/// @param user empty for the default one
/// @param password empty for none
/// @param database never empty
record ClickhouseAddress(
        String host, int port, boolean tls, String user, String password, String database) {
    /// As Belay reads it elsewhere: `http://USER:PASSWORD@HOST:PORT/DATABASE`.
    static ClickhouseAddress of(String text) throws DataFailure {
        DependencyUrl url;
        try {
            url = DependencyUrl.parse(Engine.CLICKHOUSE, text);
        } catch (ProbeFailure e) {
            throw new DataFailure(e.reason(), e.hint());
        }
        if (url.hosts().size() > 1) {
            throw new DataFailure(
                    "the address names several hosts, and a backup is of one server",
                    "name one that has all rows");
        }
        String database = url.path().isEmpty() ? url.option("database", "default") : url.path();
        if (database.contains("/") || database.equals("system")) {
            throw new DataFailure(
                    "the address ends in `/" + database + "`, which is no database of yours",
                    "name the database that is meant");
        }
        var host = url.hosts().getFirst();
        return new ClickhouseAddress(
                host.name(), host.port(), url.tls(), url.user(), url.password(), database);
    }

    String server() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /// Where the HTTP interface answers.
    URI uri(String query) throws DataFailure {
        try {
            return URI.create((tls ? "https://" : "http://") + server() + "/" + query);
        } catch (IllegalArgumentException e) {
            throw new DataFailure("the host of the address is no name", "correct it", e);
        }
    }

    /// The value of the header that carries user and password.
    String credentials() {
        String pair = (user.isEmpty() ? "default" : user) + ":" + password;
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + server() + "/" + database;
    }
}
