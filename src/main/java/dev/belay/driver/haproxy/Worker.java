package dev.belay.driver.haproxy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// One process of HAProxy that carries requests, and the commands that it takes.
///
/// @param master the socket of the process above it, which passes commands on
/// @param current whether it accepts connections; not, where it only ends what it began
record Worker(CommandSocket master, long pid, boolean current) {
    /// So that a command with its rows is shorter than what HAProxy takes at once.
    private static final int ROWS_AT_ONCE = 150;

    /// A server as this process has it.
    ///
    /// @param status `UP`, `DOWN`, `DRAIN`, `MAINT`, with more behind it
    /// @param weight what was said of it; 0 gets nothing
    /// @param check how the last question ended, `L7OK`; empty while none has
    /// @param sessions that are under way there
    record Server(
            String backend, String name, String status, String check, int weight, int sessions) {
        boolean isWell() {
            // One without a weight is said to be drained, however well it is.
            return !status.startsWith("DOWN")
                    && !status.startsWith("MAINT")
                    && check.endsWith("OK");
        }

        /// Whether it may get new requests, were it well.
        boolean takesPart() {
            // One that is drained and then ends is only said to be down.
            return weight > 0 && !status.startsWith("DRAIN") && !status.startsWith("MAINT");
        }
    }

    private String ask(String command) throws IOException {
        return master.ask("@!" + pid + " " + command);
    }

    /// A command that says nothing when it was heeded, or one of these words.
    private void tell(String command, String... fine) throws IOException {
        String said = ask(command).strip();
        if (!said.isEmpty() && !List.of(fine).contains(said)) {
            String first = command.lines().findFirst().orElse("");
            throw new IOException("HAProxy says of `%s`: %s".formatted(first, said));
        }
    }

    /// The shape of the configuration that it was started with; empty for one that is not ours.
    String shape() throws IOException {
        String said = ask("show env " + Configuration.SHAPE).strip();
        int equals = said.indexOf('=');
        return equals < 0 ? "" : said.substring(equals + 1);
    }

    /// The servers of every backend whose name begins so.
    List<Server> servers(String key) throws IOException {
        List<Server> found = new ArrayList<>();
        List<String> columns = List.of();
        for (String line : ask("show stat").lines().toList()) {
            List<String> fields = List.of(line.split(",", -1));
            if (line.startsWith("# ")) {
                columns = List.of(line.substring(2).split(",", -1));
            } else if (fields.size() >= columns.size()) {
                var row = new HashMap<String, String>();
                for (int i = 0; i < columns.size(); i++) {
                    row.put(columns.get(i), fields.get(i));
                }
                // 2 is a server, beside frontends, backends and sockets.
                if (row.getOrDefault("type", "").equals("2")
                        && row.getOrDefault("pxname", "").startsWith(key + ":")) {
                    found.add(server(row));
                }
            }
        }
        return found;
    }

    private static Server server(Map<String, String> row) {
        String check = row.getOrDefault("check_status", "");
        return new Server(
                row.getOrDefault("pxname", ""),
                row.getOrDefault("svname", ""),
                row.getOrDefault("status", ""),
                // A star says that the next question is under way.
                check.replace("* ", ""),
                number(row.getOrDefault("uweight", row.getOrDefault("weight", ""))),
                number(row.getOrDefault("scur", "")));
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }

    /// Makes a server that is asked how it is, and gets nothing yet.
    void add(String backend, Line.Member member) throws IOException {
        String server = backend + "/" + member.server();
        tell(
                "add server " + server + " " + Configuration.options(member, 0),
                "New server registered.");
        tell("enable health " + server);
        tell("enable server " + server);
    }

    /// Lets it take part again, as it did before it was taken out.
    void ready(String backend, String server) throws IOException {
        tell("set server " + backend + "/" + server + " state ready");
    }

    void weigh(String backend, String server, int weight) throws IOException {
        tell("set server " + backend + "/" + server + " weight " + weight);
    }

    /// No new requests; what is under way goes on.
    void drain(String backend, String server) throws IOException {
        weigh(backend, server, 0);
        tell("set server " + backend + "/" + server + " state drain");
    }

    /// Takes one away that has nothing under way; where connections are kept open to it, it stays
    /// until the next time.
    void remove(String backend, String server) throws IOException {
        tell("set server " + backend + "/" + server + " state maint");
        ask("del server " + backend + "/" + server);
    }

    /// What a map holds; empty when the process has no such map.
    SortedMap<String, String> map(String name) throws IOException {
        SortedMap<String, String> rows = new TreeMap<>();
        for (String line : ask("show map " + name).lines().toList()) {
            String[] parts = line.split(" ", 3);
            if (parts.length == 3 && parts[0].startsWith("0x")) {
                rows.put(parts[1], parts[2]);
            }
        }
        return rows;
    }

    /// Puts these rows in the place of all that the map holds, at once for every request.
    void exchange(String name, SortedMap<String, String> rows) throws IOException {
        String said = ask("prepare map " + name).strip();
        String version = said.substring(said.lastIndexOf(' ') + 1);
        if (!version.matches("[0-9]{1,12}")) {
            throw new IOException("HAProxy says of the map `%s`: %s".formatted(name, said));
        }
        var lines = new ArrayList<String>();
        rows.forEach((key, value) -> lines.add(key + " " + value + "\n"));
        for (int i = 0; i < lines.size(); i += ROWS_AT_ONCE) {
            int end = Math.min(i + ROWS_AT_ONCE, lines.size());
            String some = String.join("", lines.subList(i, end));
            tell("add map @%s %s <<\n%s".formatted(version, name, some));
        }
        tell("commit map @" + version + " " + name);
    }

    /// Ends what became a tunnel at one of these servers: a WebSocket, which never ends by itself.
    void closeTunnels(String key, List<String> servers) throws IOException {
        for (String line : ask("show sess").lines().toList()) {
            boolean there =
                    servers.stream().anyMatch(server -> line.contains(" srv=" + server + " "))
                            && line.contains(" be=" + key + ":");
            String id = line.substring(0, Math.max(0, line.indexOf(':')));
            if (there && id.startsWith("0x") && ask("show sess " + id).contains("MSG_TUNNEL")) {
                ask("shutdown session " + id);
            }
        }
    }
}
