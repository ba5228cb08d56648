package dev.belay.driver.postgres;

import dev.belay.driver.probe.DependencyUrl;
import dev.belay.driver.probe.DependencyUrl.Host;
import dev.belay.driver.probe.ProbeFailure;
import dev.belay.release.Dependency.Engine;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.postgresql.Driver;

/// Where a database is and who asks: for JDBC and for PostgreSQL's own programs alike. Its text
/// leaves the password out.
///
/// @param hosts at least one; of several the one is meant that takes writes, unless the address
///   says otherwise (`target_session_attrs`)
/// @param options of the address, names in lower case, as `sslmode`
public record PostgresAddress(
        List<Host> hosts,
        String database,
        String user,
        String password,
        Map<String, String> options) {
    private static final int CONNECT_SECONDS = 10;

    /// What libpq reads from its environment, by the name that an address has for it.
    private static final Map<String, String> LIBPQ =
            Map.of(
                    "options", "PGOPTIONS",
                    "sslmode", "PGSSLMODE",
                    "sslrootcert", "PGSSLROOTCERT",
                    "sslcert", "PGSSLCERT",
                    "sslkey", "PGSSLKEY");

    private static final String WHICH = "target_session_attrs";

    /// What the driver calls what libpq calls so.
    private static final Map<String, String> WHICH_IN_JDBC =
            Map.of(
                    "any", "any",
                    "read-write", "primary",
                    "primary", "primary",
                    "read-only", "secondary",
                    "standby", "secondary",
                    "prefer-standby", "preferSecondary");

    public PostgresAddress {
        hosts = List.copyOf(hosts);
        options = Map.copyOf(options);
    }

    /// A database of one server.
    public PostgresAddress(
            String host,
            int port,
            String database,
            String user,
            String password,
            Map<String, String> options) {
        this(List.of(new Host(host, port)), database, user, password, options);
    }

    /// Takes an address apart as clients of PostgreSQL do.
    public static PostgresAddress of(String url) throws PostgresFailure {
        try {
            DependencyUrl parts = DependencyUrl.parse(Engine.POSTGRES, url);
            String database = parts.path().isEmpty() ? parts.user() : parts.path();
            var address =
                    new PostgresAddress(
                            parts.hosts(),
                            database,
                            parts.user(),
                            parts.password(),
                            parts.options());
            if (!WHICH_IN_JDBC.containsKey(address.which())) {
                throw new PostgresFailure(
                        "`" + WHICH + "` of the address is `" + address.which() + "`",
                        "write `read-write`, or leave it out");
            }
            return address;
        } catch (ProbeFailure e) {
            throw new PostgresFailure(e.reason(), e.hint());
        }
    }

    /// Of a single server, or the first of several.
    public String host() {
        return hosts.getFirst().name();
    }

    /// Of a single server, or the first of several.
    public int port() {
        return hosts.getFirst().port();
    }

    private String which() {
        return options.getOrDefault(WHICH, hosts.size() > 1 ? "read-write" : "any");
    }

    /// Another database of the same server.
    public PostgresAddress at(String other) {
        return new PostgresAddress(hosts, other, user, password, options);
    }

    /// Somebody else at the same database.
    public PostgresAddress as(String other, String secret) {
        return new PostgresAddress(hosts, database, other, secret, options);
    }

    /// A session of its own; its owner closes it.
    ///
    /// @param application how it is found in `pg_stat_activity`, as `belay/backup`
    public Connection connect(String application) throws PostgresFailure {
        var properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("ApplicationName", application);
        // Sent with the start of the session, and so what RESET ALL returns to.
        properties.setProperty("assumeMinServerVersion", "12");
        properties.setProperty("connectTimeout", Integer.toString(CONNECT_SECONDS));
        properties.setProperty("loginTimeout", Integer.toString(CONNECT_SECONDS));
        properties.setProperty("tcpKeepAlive", "true");
        // Prepared statements that live on would pin plans of a schema that is about to change.
        properties.setProperty("prepareThreshold", "0");
        LIBPQ.keySet().stream()
                .filter(options::containsKey)
                .forEach(name -> properties.setProperty(name, options.getOrDefault(name, "")));
        if (options.containsKey("currentschema")) {
            properties.setProperty("currentSchema", options.getOrDefault("currentschema", ""));
        }
        try {
            properties.setProperty("targetServerType", WHICH_IN_JDBC.getOrDefault(which(), "any"));
            String url = "jdbc:postgresql://" + list() + "/" + encoded(database);
            Connection connection = new Driver().connect(url, properties);
            if (connection == null) {
                throw new PostgresFailure("the driver does not know the address " + this, "");
            }
            return connection;
        } catch (SQLException e) {
            throw PostgresFailure.unconnected(this, e);
        }
    }

    /// For `pg_dump` and its kin: a password on a command line could be read by every user.
    public Map<String, String> environment() {
        var environment = new HashMap<String, String>();
        environment.put("PGHOST", listed(Host::name));
        environment.put("PGPORT", listed(host -> Integer.toString(host.port())));
        environment.put("PGTARGETSESSIONATTRS", which());
        environment.put("PGDATABASE", database);
        environment.put("PGUSER", user);
        environment.put("PGPASSWORD", password);
        environment.put("PGCONNECT_TIMEOUT", Integer.toString(CONNECT_SECONDS));
        LIBPQ.forEach((name, variable) -> {
            if (options.containsKey(name)) {
                environment.put(variable, options.getOrDefault(name, ""));
            }
        });
        return environment;
    }

    private String list() {
        return listed(Host::toString);
    }

    private String listed(Function<Host, String> part) {
        return hosts.stream().map(part).collect(Collectors.joining(","));
    }

    private static String encoded(String name) {
        return java.net.URLEncoder.encode(name, java.nio.charset.StandardCharsets.UTF_8)
                .replace("+", "%20");
    }

    @Override
    public String toString() {
        return user + "@" + list() + "/" + database;
    }
}
