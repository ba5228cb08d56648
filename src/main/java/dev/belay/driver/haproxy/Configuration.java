package dev.belay.driver.haproxy;

import dev.belay.release.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What HAProxy reads when it starts or is told to read again, made of the lines alone. Everything
/// that commands can change is left out of its shape: two configurations of one shape differ in
/// nothing that takes a reload.
///
/// @param text of `haproxy.cfg`
/// @param maps by file name, who gets which request
record Configuration(String shape, String text, Map<String, String> maps) {
    /// The variable by which a process tells which shape it has.
    static final String SHAPE = "BELAY_SHAPE";

    /// Rows of a map that are none of the numbers: the token of the line, and what each share is.
    static final String TOKEN = "token";

    static final String SHARE = "share:";

    /// Where nobody gets requests.
    static final String NOBODY = "belay:nobody";

    private static final String GLOBAL =
            """
            # Written by Belay from lines.json with every change: what is changed here is lost.
            global
                setenv %s %s
                stats socket unix@admin.sock mode 600 level admin expose-fd listeners
                hard-stop-after 1h
                spread-checks 0

            defaults
                mode http
                option http-keep-alive
                option idle-close-on-response
                option redispatch
                option forwardfor
                http-reuse safe
                retries 2
                timeout connect 2s
                timeout client 60s
                timeout server 60s
                timeout tunnel 1h
                timeout queue 10s
                timeout http-request 10s
                timeout http-keep-alive 75s

            backend %s
                http-request return status 503 content-type text/plain string "nobody is there"
            """;

    static Configuration of(Lines lines) {
        var shape = new StringBuilder();
        var text = new StringBuilder();
        SortedMap<String, String> maps = new TreeMap<>();
        lines.entries()
                .forEach((key, entry) -> {
                    Line line = entry.line();
                    if (line != null) {
                        String frontend = frontend(key, line);
                        shape.append(frontend);
                        text.append(frontend);
                        for (int slot = 0; slot < entry.slots().size(); slot++) {
                            String backend = backend(key, slot, entry.slots().get(slot));
                            shape.append(backend);
                            text.append(backend);
                            text.append(servers(line, slot));
                        }
                        maps.put(map(key), mapText(key, entry));
                    }
                });
        String hash = Digest.of(GLOBAL + shape).brief();
        return new Configuration(
                hash, GLOBAL.formatted(SHAPE, hash, NOBODY) + text, Map.copyOf(maps));
    }

    /// The map of a line, as HAProxy and the folder know it.
    static String map(String key) {
        return "maps/" + key + ".map";
    }

    static String backend(String key, int slot) {
        return key + ":" + slot;
    }

    private static String frontend(String key, Line line) {
        return """

        frontend %s
            bind 127.0.0.1:%d
            http-request set-header X-Forwarded-Proto http
            http-request set-header X-Forwarded-Host %%[req.hdr(host)]
            use_backend %%[rand(%d),map(%s,%s)]
            default_backend %s
        """
                .formatted(key, line.port(), Draws.COUNT, map(key), NOBODY, NOBODY);
    }

    private static String backend(String key, int slot, Check check) {
        String asked =
                check.path().isEmpty()
                        ? ""
                        : """
                            option httpchk
                            http-check send meth GET uri %s ver HTTP/1.1 hdr Host localhost
                            http-check expect status %d-%d
                        """
                                .formatted(quoted(check.path()), check.low(), check.high());
        return "\nbackend %s\n    balance leastconn\n    timeout check %dms\n%s"
                .formatted(backend(key, slot), check.timeoutMillis(), asked);
    }

    /// Nothing in it is more than its letters.
    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    private static String servers(Line line, int slot) {
        var servers = new StringBuilder();
        for (Line.Share share : line.shares()) {
            if (share.slot() == slot) {
                share.members().forEach(one -> servers.append("    ").append(server(one, 1)));
            }
        }
        return servers.toString();
    }

    /// One server, as it stands in a backend, and after its name in a command.
    static String server(Line.Member member, int weight) {
        return "server %s %s\n".formatted(member.server(), options(member, weight));
    }

    static String options(Line.Member member, int weight) {
        return "%s check inter 500ms fall 2 rise 1 weight %d".formatted(member.address(), weight);
    }

    private static String mapText(String key, Entry entry) {
        var text = new StringBuilder();
        rows(key, entry).forEach((name, value) -> text.append(name + " " + value + "\n"));
        return text.toString();
    }

    /// What the map of a line holds: for every number that is drawn a backend, and beside it what
    /// people and probes want to know of the line.
    static SortedMap<String, String> rows(String key, Entry entry) {
        SortedMap<String, String> rows = new TreeMap<>();
        Line line = entry.line();
        if (line == null) {
            return rows;
        }
        rows.put(TOKEN, Long.toString(entry.token()));
        List<Integer> weights = new ArrayList<>();
        for (Line.Share share : line.shares()) {
            weights.add(share.weight());
            rows.put(
                    SHARE + share.revision(),
                    share.weight() + "," + share.slot() + "," + share.members().size());
        }
        List<Integer> draws = Draws.of(weights);
        for (int number = 0; number < draws.size(); number++) {
            Line.Share share = line.shares().get(draws.get(number));
            rows.put(Integer.toString(number), backend(key, share.slot()));
        }
        return rows;
    }
}
