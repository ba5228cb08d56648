package dev.belay.driver.mariadb;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.probe.DependencyUrl;
import dev.belay.driver.probe.ProbeFailure;
import dev.belay.release.Dependency.Engine;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/// Where a database is, and how to get there. Its text leaves the password out.
///
/// @param database its name; empty for none
record MariadbAddress(
        String host, int port, String user, String password, String database, Line line) {
    /// Whether it is encrypted.
    enum Line {
        PLAIN,
        /// Where the server can.
        PREFERRED,
        ENCRYPTED
    }

    /// What the driver says of a server without encryption.
    private static final String NO_TLS = "ssl not enabled";

    private static final String CONNECT_MILLIS = "15000";

    /// As `mysql://user:password@host:port/database`.
    static MariadbAddress of(String text) throws DataFailure {
        DependencyUrl url;
        try {
            url = DependencyUrl.parse(Engine.MYSQL, text);
        } catch (ProbeFailure e) {
            throw new DataFailure("the database's address: " + e.reason(), e.hint());
        }
        if (url.hosts().size() != 1) {
            throw new DataFailure(
                    "the address names several hosts", "name the one that is to be backed up");
        }
        if (url.path().isEmpty() || url.path().contains("/")) {
            throw new DataFailure(
                    "the address names no database", "write `mysql://user:password@host/DATABASE`");
        }
        DependencyUrl.Host host = url.hosts().getFirst();
        return new MariadbAddress(
                host.name(),
                host.port(),
                url.user().isEmpty() ? "root" : url.user(),
                url.password(),
                url.path(),
                line(url.option("sslmode", url.option("ssl-mode", "PREFERRED"))));
    }

    private static Line line(String mode) throws DataFailure {
        return switch (mode.toUpperCase(Locale.ROOT).replace('-', '_')) {
            case "DISABLED", "DISABLE" -> Line.PLAIN;
            case "PREFERRED" -> Line.PREFERRED;
            case "REQUIRED", "TRUST" -> Line.ENCRYPTED;
            default ->
                    throw new DataFailure(
                            "`ssl-mode` asks for the server's name to be proven, which backups of"
                                    + " MariaDB do not",
                            "give the datastore an address with `ssl-mode=REQUIRED`, or one over a"
                                    + " line that is safe by itself");
        };
    }

    /// The same server, and another database.
    MariadbAddress with(String other) {
        return new MariadbAddress(host, port, user, password, other, line);
    }

    /// A connection whose session is set as all of ours are: nothing is lost by its settings, and
    /// it waits for nobody longer than `patience`.
    ///
    /// @param patience seconds that it waits for a lock
    Connection connect(int patience) throws DataFailure {
        var properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("sslMode", line == Line.PLAIN ? "disable" : "trust");
        properties.setProperty("allowPublicKeyRetrieval", "false");
        properties.setProperty("allowLocalInfile", "false");
        properties.setProperty("connectTimeout", CONNECT_MILLIS);
        properties.setProperty("tcpKeepAlive", "true");
        String name = host.contains(":") ? "[" + host + "]" : host;
        try {
            Connection connection =
                    DriverManager.getConnection(
                            "jdbc:mariadb://" + name + ":" + port + "/", properties);
            try {
                prepare(connection, patience);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return connection;
        } catch (SQLException e) {
            if (line == Line.PREFERRED && String.valueOf(e.getMessage()).contains(NO_TLS)) {
                return plain().connect(patience);
            }
            throw failure("connecting to `" + this + "`", e);
        }
    }

    private MariadbAddress plain() {
        return new MariadbAddress(host, port, user, password, database, Line.PLAIN);
    }

    private void prepare(Connection connection, int patience) throws SQLException {
        if (!Sql.text(connection, "SELECT VERSION()").contains("MariaDB")) {
            throw new SQLException(
                    "the server is no MariaDB: this version backs up no other of its relatives");
        }
        Sql.run(connection, "SET NAMES utf8mb4");
        Sql.run(
                connection,
                "SET SESSION sql_mode = '', time_zone = '+00:00', sql_quote_show_create = 1,"
                        + " max_statement_time = 0, wait_timeout = 86400, net_read_timeout = 3600,"
                        + " net_write_timeout = 3600, idle_transaction_timeout = 0,"
                        + " idle_readonly_transaction_timeout = 0, sql_select_limit = DEFAULT,"
                        + " lock_wait_timeout = "
                        + patience);
        if (!database.isEmpty()) {
            Sql.run(connection, "USE " + Sql.quoted(database));
        }
    }

    /// The words of the server, without a password and without the values of rows.
    DataFailure failure(String doing, SQLException e) {
        return new DataFailure(doing + ": " + safe(String.valueOf(e.getMessage())), hint(e), e);
    }

    private static String hint(SQLException e) {
        return switch (e.getErrorCode()) {
            case 1044, 1045, 1698 -> "correct the user and the password of the address";
            case 1049 -> "create the database, or correct the address";
            case 1142, 1143, 1227, 1370 -> "grant it to the user of the address";
            case 1205 -> "somebody changes tables; try again when he is done";
            default -> "";
        };
    }

    String safe(String text) {
        String plain =
                text.replaceAll("\\(conn=[0-9]+\\) ", "")
                        .replaceAll("(?s)(entry|value:?) '.*' for", "$1 for")
                        .replaceAll("\\s+", " ")
                        .strip();
        return password.isEmpty() ? plain : plain.replace(password, "***");
    }

    /// Arguments of MariaDB's own programs for getting there.
    List<String> arguments() {
        return List.of(
                "--protocol=tcp",
                "--host=" + host,
                "--port=" + port,
                "--user=" + user,
                line == Line.PLAIN ? "--skip-ssl" : "--ssl");
    }

    @Override
    public String toString() {
        return host + ":" + port + (database.isEmpty() ? "" : "/" + database);
    }
}
