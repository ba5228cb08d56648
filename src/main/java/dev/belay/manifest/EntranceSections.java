package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.HEADER;
import static dev.belay.manifest.shape.Shapes.HEADER_VALUE;
import static dev.belay.manifest.shape.Shapes.HOST;
import static dev.belay.manifest.shape.Shapes.METHOD;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.PATH_ANYWHERE;
import static dev.belay.manifest.shape.Shapes.PATH_PREFIX;
import static dev.belay.manifest.shape.Shapes.PORT;
import static dev.belay.manifest.shape.Shapes.TLS_VERSION;
import static dev.belay.manifest.shape.Shapes.YES_NO;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.map;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.Traffic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/// Ports that components share: what an environment says of them, and what a component does.
final class EntranceSections {
    static final Key<Integer> PORT_KEY =
            Key.of("port", PORT, "Port that the gateway listens on, the offset not yet added.")
                    .asRequired();

    static final Key<String> CERTIFICATES =
            Key.of(
                    "certificates",
                    PATH_ANYWHERE,
                    "A folder: every `NAME.crt` or `NAME.pem` with its `NAME.key`.");
    static final Key<String> CERTIFICATE =
            Key.of("certificate", PATH_ANYWHERE, "One certificate; `key` goes with it.");
    static final Key<String> KEY_FILE = Key.of("key", PATH_ANYWHERE, "The key of `certificate`.");
    private static final Key<String> MINIMUM =
            Key.of("minimum", TLS_VERSION, "The oldest version of TLS that clients may speak.")
                    .fallback("1.2");

    private static final Fields<Row> TLS_SECTION =
            Fields.of(
                    "tls",
                    "How an entrance speaks TLS. Keys and certificates are files; the gateway sees"
                            + " when they change. Paths are relative to the manifest's folder or"
                            + " absolute.",
                    "{certificates: tls, minimum: \"1.3\"}",
                    List.of(CERTIFICATES, CERTIFICATE, KEY_FILE, MINIMUM),
                    List.of("certificates", "certificate"),
                    row -> row);

    static final Key<Row> TLS = Key.of("tls", TLS_SECTION, "TLS instead of plain HTTP.");

    static final Fields<Row> ENTRANCE =
            Fields.of(
                    "entrance",
                    "A port that components of an environment share; which requests are whose, their"
                            + " `at` says.",
                    "{port: 8080}",
                    List.of(PORT_KEY, TLS),
                    List.of(),
                    row -> row);

    static final Key<SequencedMap<String, Row>> ENTRANCES =
            Key.of("entrances", map(NAME, ENTRANCE, 50), "Ports that components share, by name.")
                    .fallback("{}");

    static final Key<String> ENTRANCE_NAME =
            Key.of("entrance", NAME, "One of the environment's `entrances`.").asRequired();
    private static final Key<List<String>> HOSTS =
            Key.of(
                            "hosts",
                            list(HOST),
                            "Names that are asked for, or `*.example.org` for every name with one"
                                    + " label more. By default any.")
                    .fallback("[]");
    private static final Key<List<String>> PATHS =
            Key.of(
                            "paths",
                            list(PATH_PREFIX),
                            "Beginnings of paths, by whole segments: `/api` is for `/api/users` and"
                                    + " not for `/apis`. By default any.")
                    .fallback("[]");
    private static final Key<List<String>> METHODS =
            Key.of("methods", list(METHOD), "Methods. By default any.").fallback("[]");
    private static final Key<SequencedMap<String, String>> HEADERS =
            Key.of(
                            "headers",
                            map(HEADER, HEADER_VALUE, 20),
                            "Headers that a request must have, with their values.")
                    .fallback("{}");

    /// What an entrance is.
    ///
    /// @param folder the manifest's
    static Traffic.Entrance entrance(String name, Row row, int offset, Path folder) {
        return new Traffic.Entrance(
                name,
                row.get(PORT_KEY) + offset,
                row.find(TLS).map(tls -> tls(tls, folder)).orElse(null));
    }

    private static Traffic.Tls tls(Row row, Path folder) {
        Traffic.Certificates certificates =
                row.find(CERTIFICATES)
                        .<Traffic.Certificates>map(path -> new Traffic.Folder(path(path, folder)))
                        .orElseGet(() ->
                                new Traffic.Pair(
                                        path(row.get(CERTIFICATE), folder),
                                        path(row.get(KEY_FILE), folder)));
        return new Traffic.Tls(certificates, row.get(MINIMUM));
    }

    /// The gateway is a process elsewhere: it needs the whole path.
    private static String path(String written, Path folder) {
        return folder.resolve(written).toAbsolutePath().normalize().toString();
    }

    /// As it is written; of its entrance the name alone.
    record Written(
            String entrance,
            List<String> hosts,
            List<String> paths,
            List<String> methods,
            SequencedMap<String, String> headers) {
        Traffic.At at(Traffic.Entrance found) {
            return new Traffic.At(found, hosts, paths, Set.copyOf(methods), headers);
        }
    }

    private static final Fields<Written> AT_SECTION =
            Fields.of(
                    "at",
                    "Requests of an entrance that are for a component. The closest description gets"
                            + " a request: by host, then by path, headers and methods.",
                    "{entrance: public, hosts: [app.example.org], paths: [/api], methods: [GET,"
                            + " HEAD], headers: {x-beta: \"1\"}}",
                    List.of(ENTRANCE_NAME, HOSTS, PATHS, METHODS, HEADERS),
                    List.of(),
                    row ->
                            new Written(
                                    row.get(ENTRANCE_NAME),
                                    row.get(HOSTS),
                                    row.get(PATHS),
                                    row.get(METHODS),
                                    row.get(HEADERS)));

    static final Key<List<Written>> AT =
            Key.of(
                            "at",
                            list(AT_SECTION),
                            "Where it is found besides its own port; what an environment has no"
                                    + " entrance for does not count there.")
                    .fallback("[]");

    static final Key<Duration> SLOW_START =
            Key.of(
                            "slow-start",
                            DURATION,
                            "Time in which an instance that became ready gets fewer requests than"
                                    + " the others.")
                    .fallback("0s");
    static final Key<Boolean> STICKY =
            Key.of(
                            "sticky",
                            YES_NO,
                            "Whether visitors stay with the revision that they once got, by a"
                                    + " cookie.")
                    .fallback("false");

    private EntranceSections() {}
}
