package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.HEADER;
import static dev.belay.manifest.shape.Shapes.HEADER_VALUE;
import static dev.belay.manifest.shape.Shapes.HOST;
import static dev.belay.manifest.shape.Shapes.HTTPS_ADDRESS;
import static dev.belay.manifest.shape.Shapes.MAIL;
import static dev.belay.manifest.shape.Shapes.METHOD;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.NETWORK;
import static dev.belay.manifest.shape.Shapes.PATH_ANYWHERE;
import static dev.belay.manifest.shape.Shapes.PATH_PREFIX;
import static dev.belay.manifest.shape.Shapes.PORT;
import static dev.belay.manifest.shape.Shapes.PUBLIC_HOST;
import static dev.belay.manifest.shape.Shapes.TLS_VERSION;
import static dev.belay.manifest.shape.Shapes.YES_NO;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.map;
import static dev.belay.manifest.shape.Shapes.words;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.Traffic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

    private static final int PROXIES_MAX = 64;

    /// What the gateway takes of a line, and of each place in it.
    private static final int PLACES_MAX = 64;

    private static final int NAMES_MAX = 256;

    /// What authorities put into one certificate at most.
    private static final int ACME_HOSTS_MAX = 100;

    private static final Key<String> DIRECTORY =
            Key.of("directory", HTTPS_ADDRESS, "Where the authority says what it can be asked.")
                    .asRequired();
    private static final Key<String> CONTACT =
            Key.of("contact", MAIL, "Where the authority may write to.").asRequired();
    static final Key<List<String>> ACME_HOSTS =
            Key.of(
                            "hosts",
                            list(PUBLIC_HOST, 1, ACME_HOSTS_MAX),
                            "The names that the certificate is for, 100 at most.")
                    .asRequired();
    private static final Key<String> CHALLENGE =
            Key.of(
                            "challenge",
                            words("http-01", "tls-alpn-01"),
                            "How the authority sees that the hosts are yours: it asks them at port"
                                    + " 80 over HTTP, or at port 443 in a TLS handshake.")
                    .fallback("http-01");
    private static final Key<String> TRUST =
            Key.of(
                    "trust",
                    PATH_ANYWHERE,
                    "A file with the certificates (PEM) that vouch for a private authority's own"
                            + " server. By default those of the Java runtime do.");

    private static final Fields<Traffic.Acme> ACME_SECTION =
            Fields.of(
                    "acme",
                    "A certificate that the control plane orders from an authority (RFC 8555), and"
                            + " renews in time.",
                    "{directory: \"https://ca.example.org/directory\", contact: ops@example.org,"
                            + " hosts: [app.example.org]}",
                    List.of(DIRECTORY, CONTACT, ACME_HOSTS, CHALLENGE, TRUST),
                    List.of(),
                    row ->
                            new Traffic.Acme(
                                    row.get(DIRECTORY),
                                    row.get(CONTACT),
                                    row.get(ACME_HOSTS),
                                    row.get(CHALLENGE),
                                    row.find(TRUST).orElse("")));

    static final Key<Traffic.Acme> ACME =
            Key.of("acme", ACME_SECTION, "A certificate from an authority, in place of files.");

    private static final Fields<Row> TLS_SECTION =
            Fields.of(
                    "tls",
                    "How an entrance speaks TLS. Keys and certificates are files; the gateway sees"
                            + " when they change. Paths are relative to the manifest's folder or"
                            + " absolute.",
                    "{certificates: tls, minimum: \"1.3\"}",
                    List.of(CERTIFICATES, CERTIFICATE, KEY_FILE, ACME, MINIMUM),
                    List.of("certificates", "certificate", "acme"),
                    row -> row);

    static final Key<Row> TLS = Key.of("tls", TLS_SECTION, "TLS instead of plain HTTP.");

    static final Key<Integer> REDIRECT_FROM =
            Key.of(
                    "redirect-from",
                    PORT,
                    "A port for plain HTTP, the offset not yet added: whoever comes there is sent to"
                            + " this entrance, and an authority finds its proofs there.");
    static final Key<List<String>> PROXIES =
            Key.of(
                            "proxies",
                            list(NETWORK, 0, PROXIES_MAX),
                            "Addresses and networks of load balancers: they alone may connect, and"
                                    + " say first for whom (PROXY protocol). By default anybody may,"
                                    + " for itself.")
                    .fallback("[]");

    static final Fields<Row> ENTRANCE =
            Fields.of(
                    "entrance",
                    "A port that components of an environment share; which requests are whose, their"
                            + " `at` says.",
                    "{port: 8080}",
                    List.of(PORT_KEY, TLS, REDIRECT_FROM, PROXIES),
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
                            list(HOST, 0, NAMES_MAX),
                            "Names that are asked for, or `*.example.org` for every name with one"
                                    + " label more. By default any.")
                    .fallback("[]");
    private static final Key<List<String>> PATHS =
            Key.of(
                            "paths",
                            list(PATH_PREFIX, 0, NAMES_MAX),
                            "Beginnings of paths, by whole segments: `/api` is for `/api/users` and"
                                    + " not for `/apis`. By default any.")
                    .fallback("[]");
    private static final Key<List<String>> METHODS =
            Key.of("methods", list(METHOD, 0, NAMES_MAX), "Methods. By default any.")
                    .fallback("[]");
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
                row.find(TLS).map(tls -> tls(tls, folder)).orElse(null),
                row.find(REDIRECT_FROM).map(port -> port + offset).orElse(0),
                row.get(PROXIES));
    }

    private static Traffic.Tls tls(Row row, Path folder) {
        Optional<Traffic.Certificates> ordered = row.find(ACME).map(acme -> placed(acme, folder));
        Optional<Traffic.Certificates> several =
                row.find(CERTIFICATES).map(path -> new Traffic.Folder(path(path, folder)));
        Traffic.Certificates certificates =
                ordered.or(() -> several)
                        .orElseGet(() ->
                                new Traffic.Pair(
                                        path(row.get(CERTIFICATE), folder),
                                        path(row.get(KEY_FILE), folder)));
        return new Traffic.Tls(certificates, row.get(MINIMUM));
    }

    private static Traffic.Acme placed(Traffic.Acme acme, Path folder) {
        return new Traffic.Acme(
                acme.directory(),
                acme.contact(),
                acme.hosts(),
                acme.challenge(),
                acme.trust().isEmpty() ? "" : path(acme.trust(), folder));
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
                            list(AT_SECTION, 0, PLACES_MAX),
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
