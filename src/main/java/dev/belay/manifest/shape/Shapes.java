package dev.belay.manifest.shape;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Node;
import dev.belay.release.Health.StatusRange;
import dev.belay.release.Selector;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/// The kinds of value that keys take.
public final class Shapes {
    private static final int TEXT_MAX = 8192;
    private static final int NAMES_MAX = 20_000;

    /// As many values as a manifest can hold at all.
    static final int ENTRIES_MAX = Integer.MAX_VALUE;

    private static final int PATTERN_MAX = 2100;
    private static final String DAY = "(mon|tue|wed|thu|fri|sat|sun)";
    private static final String RANGE = "(>=|<=|>|<|=|\\^|~)? ?\\d+(\\.\\d+){0,3}";
    private static final Set<Node.Kind> WORDS = Set.of(Node.Kind.TEXT);
    private static final Set<Node.Kind> NUMBERS = Set.of(Node.Kind.INTEGER);
    private static final Set<Node.Kind> ANY =
            Set.of(Node.Kind.TEXT, Node.Kind.INTEGER, Node.Kind.DECIMAL, Node.Kind.BOOLEAN);

    /// Text that says something.
    public static final Shape<String> TEXT =
            new Scalar<>(
                    "text",
                    WORDS,
                    text -> {
                        if (text.isBlank() || text.length() > TEXT_MAX) {
                            throw unfit("must have 1 to " + TEXT_MAX + " characters");
                        }
                        return text;
                    },
                    Map.of("type", "string", "minLength", 1));

    /// Any single value, as it is written: `1.10` stays `1.10`. May be empty.
    public static final Shape<String> WRITTEN =
            new Scalar<>(
                    "a single value",
                    ANY,
                    text -> text,
                    Map.of("type", List.of("string", "number", "boolean")));

    public static final Shape<String> NAME =
            matching(
                    "a name of small letters, digits and `-`, such as `api-gateway`",
                    "[a-z][a-z0-9-]{0,39}",
                    Code.NAME);

    public static final Shape<String> VARIABLE =
            matching("a variable's name, such as `DATABASE_URL`", "[A-Za-z_][A-Za-z0-9_]{0,127}");

    public static final Shape<String> HEADER =
            matching("a header's name", "[A-Za-z0-9!#$%&'*+.^_|~-]{1,100}");

    public static final Shape<String> PROGRAM =
            matching("a program's name, such as `node`", "[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}");

    public static final Shape<String> VERSIONS =
            new Scalar<>(
                    "a version or range, such as `\">=20\"`",
                    ANY,
                    pattern(
                            "a version or range, such as `>=20`",
                            RANGE + "( " + RANGE + ")*",
                            Code.WRONG_VALUE),
                    Map.of("type", List.of("string", "number")));

    public static final Shape<String> VERSION =
            new Scalar<>(
                    "a version, such as `16`",
                    ANY,
                    pattern("a version, such as `16`", "\\d+(\\.\\d+){0,3}", Code.WRONG_VALUE),
                    Map.of("type", List.of("string", "number")));

    public static final Shape<String> URL_PATH =
            matching("a path that starts with `/`", "/[^\\s]{0,2000}");

    public static final Shape<String> SERVED_FILE =
            matching(
                    "a path such as `/env.js` or `/config/env.json`, of letters, digits, `-`, `_`, `~`"
                            + " and `.`",
                    "(/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}){0,9}"
                            + "/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}\\.(js|json)");

    public static final Shape<String> GLOBAL =
            matching(
                    "the name of a variable of scripts, such as `__ENV`",
                    "[A-Za-z_$][A-Za-z0-9_$]{0,63}");

    public static final Shape<String> HOST =
            matching(
                    "a host's name in small letters, such as `app.example.org` or `*.example.org`",
                    "(\\*\\.)?[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63}){0,30}");

    public static final Shape<String> SERVER =
            matching(
                    "a server's host in small letters, such as `db-scratch.internal`, `10.0.0.7` or"
                            + " `localhost`",
                    "[a-z0-9_][a-z0-9_.-]{0,252}|[0-9a-f:]{2,45}");

    /// As a certificate names it, and an authority can look it up.
    public static final Shape<String> PUBLIC_HOST =
            matching(
                    "a host's whole name in small letters, such as `app.example.org`, without `*`",
                    "(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
                            + "(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){1,30}");

    public static final Shape<String> HTTPS_ADDRESS =
            matching(
                    "an address such as `https://ca.example.org/directory`",
                    "https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@/?-]{0,1000})?");

    public static final Shape<String> MAIL =
            matching(
                    "a mail address, such as `ops@example.org`",
                    "[A-Za-z0-9.!#$%&'*+/=^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63}){0,30}");

    public static final Shape<String> NETWORK =
            new Scalar<>(Networks.TYPE, WORDS, Networks::network, Map.of("type", "string"));

    public static final Shape<String> PATH_PREFIX =
            matching(
                    "the beginning of a path, such as `/api`, without `.`, `..`, `%` and a last `/`",
                    "/|(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~!$&'()*+,=:@-]{1,100}){1,20}");

    public static final Shape<String> METHOD = matching("a method, such as `GET`", "[A-Z]{1,20}");

    public static final Shape<String> HEADER_VALUE =
            matching("a header's value", "[!-~]([ -~]{0,198}[!-~])?");

    public static final Shape<String> TIMES =
            matching("so many times as much, such as `1.25x`", "[1-9](\\.[0-9]{1,2})?x");

    public static final Shape<String> MORE =
            matching("so much more, such as `+5%`", "\\+[1-9][0-9]{0,2}%");

    public static final Shape<String> SIGNAL =
            matching("a signal, such as `TERM`", "TERM|INT|QUIT|HUP|USR1|USR2|KILL");

    /// Elsewhere, too: what is kept for a bad day lies on another disk.
    public static final Shape<String> FOLDER =
            matching(
                    "a folder, absolute or below the manifest's, without `..`",
                    "(?!(.*/)?\\.\\.(/|$))[^\\p{Cntrl}]{1,500}");

    public static final Shape<String> RECIPIENT =
            matching("a public key of age, such as `age1…`", "age1[a-z0-9]{58}");

    /// The name of a secret in its store, and what else such stores name.
    public static final Shape<String> SECRET_KEY =
            matching(
                    "a name in a store of secrets, such as `jwt-secret`",
                    "[A-Za-z0-9_][A-Za-z0-9_. @:-]{0,252}");

    public static final Shape<String> SECRET_PATH =
            matching(
                    "a path in a store of secrets, such as `shop/production`, without `..`",
                    "(?!(.*/)?\\.{1,2}(/|$))[A-Za-z0-9_][A-Za-z0-9_. -]{0,99}(/[A-Za-z0-9_][A-Za-z0-9_. -]{0,99}){0,20}");

    /// What is sent there opens everything: in the clear it stays on this machine.
    public static final Shape<String> VAULT_ADDRESS =
            matching(
                    "an address such as `https://vault.example.org:8200`; `http` only on this"
                            + " machine",
                    "(https://[A-Za-z0-9.-]{1,253}|http://(localhost|127\\.0\\.0\\.1))"
                            + "(:[0-9]{1,5})?/?");

    /// Inside of a cluster nobody has certificates: what must not be sent so is checked elsewhere.
    public static final Shape<String> METRICS_ADDRESS =
            matching(
                    "an address such as `https://prometheus.example.org` or"
                            + " `http://prometheus.monitoring:9090`",
                    "https?://[A-Za-z0-9][A-Za-z0-9.-]{0,252}(:[0-9]{1,5})?(/[A-Za-z0-9._~-]{1,100}){0,10}/?");

    public static final Shape<Selector> SELECTOR =
            new Scalar<>(
                    "counters of a Prometheus",
                    WORDS,
                    text -> {
                        try {
                            return Selector.parse(text);
                        } catch (IllegalArgumentException e) {
                            throw unfit(String.valueOf(e.getMessage()));
                        }
                    },
                    Map.of("type", "string", "minLength", 1));

    /// A registry, and what its repositories begin with.
    public static final Shape<String> IMAGE_PLACE =
            matching(
                    "a place in a registry, such as `registry.example.org/shop` or"
                            + " `localhost:5000`",
                    "([A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63}){1,30}|localhost)(:[0-9]{1,5})?"
                            + "(/[a-z0-9]{1,60}([._-][a-z0-9]{1,60}){0,10}){0,8}");

    public static final Shape<String> ARCHIVED_SERVER =
            matching(
                    "the name that an archive has for a server, such as `main`",
                    "[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}");

    public static final Shape<String> BUCKET =
            matching(
                    "a place in a bucket, such as `s3://backups/shop`",
                    "s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()/-]{0,300})?");

    public static final Shape<String> TIME =
            matching("a time of day, such as `\"02:00\"`", "([01][0-9]|2[0-3]):[0-5][0-9]");

    public static final Shape<String> HOURS =
            matching(
                    "hours, such as `\"09:00-16:00\"`",
                    "([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]");

    public static final Shape<String> DAYS =
            matching(
                    "days, such as `mon-thu`",
                    DAY + "(-" + DAY + ")?(," + DAY + "(-" + DAY + ")?){0,6}");

    public static final Shape<LocalDate> DATE =
            new Scalar<>(
                    "a day, such as `2026-12-24`",
                    WORDS,
                    text -> {
                        try {
                            return LocalDate.parse(text);
                        } catch (DateTimeException _) {
                            throw unfit("must be a day, such as `2026-12-24`");
                        }
                    },
                    Map.of("type", "string", "pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"));

    public static final Shape<String> POINTER =
            matching("a JSON pointer, such as `/user/id`", "(/[^/\\s]*)+");

    public static final Shape<String> REQUEST =
            matching(
                    "a request, such as `GET /path`",
                    "(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /[^\\s]{0,2000}");

    public static final Shape<String> ZONE =
            new Scalar<>(
                    "a time zone, such as `Europe/Oslo`",
                    WORDS,
                    text -> {
                        try {
                            return ZoneId.of(text).getId();
                        } catch (DateTimeException _) {
                            throw unfit("must be a time zone, such as `Europe/Oslo`");
                        }
                    },
                    Map.of("type", "string"));

    public static final Shape<Boolean> YES_NO =
            new Scalar<>(
                    "`true` or `false`",
                    Set.of(Node.Kind.BOOLEAN),
                    text -> {
                        if (!List.of("true", "false").contains(text.toLowerCase(Locale.ROOT))) {
                            throw unfit("must be `true` or `false`");
                        }
                        return text.equalsIgnoreCase("true");
                    },
                    Map.of("type", "boolean"));

    public static final Shape<Integer> PORT = whole(1, 65_535, "a port from 1 to 65535");

    public static final Shape<Duration> DURATION =
            new Scalar<>(
                    Quantities.DURATION_TYPE,
                    WORDS,
                    Quantities::duration,
                    Map.of("type", "string", "pattern", "^" + Quantities.DURATION_PATTERN + "$"));

    public static final Shape<Long> BYTES =
            new Scalar<>(
                    Quantities.BYTES_TYPE,
                    WORDS,
                    Quantities::bytes,
                    Map.of("type", "string", "pattern", "^" + Quantities.BYTES_PATTERN + "$"));

    public static final Shape<Integer> PERCENT =
            new Scalar<>(
                    "a percentage, such as `50%`",
                    WORDS,
                    Quantities::percent,
                    Map.of("type", "string", "pattern", "^[0-9]{1,5}%$"));

    /// Of a percentage it is the number that counts.
    public static final Shape<Double> NUMBER =
            new Scalar<>(
                    "a number, such as `80`, `0.95` or `80%`",
                    Set.of(Node.Kind.TEXT, Node.Kind.INTEGER, Node.Kind.DECIMAL),
                    text -> {
                        if (!text.matches("-?[0-9]{1,15}(\\.[0-9]{1,9})?%?")) {
                            throw unfit("must be a number, not `" + brief(text) + "`");
                        }
                        return Double.parseDouble(text.replace("%", ""));
                    },
                    Map.of("type", List.of("number", "string")));

    public static final Shape<String> FIGURE =
            matching("the name of a figure, such as `p95`", "[A-Za-z][A-Za-z0-9_.-]{0,99}");

    /// Of a scan for secrets; which there are, the scan knows.
    public static final Shape<String> RULE =
            matching("the name of a rule, or `*`", "[a-z][a-z0-9-]{0,49}|\\*");

    public static final Shape<String> PATH =
            new Scalar<>(
                    "a path inside of the manifest's folder",
                    WORDS,
                    Shapes::path,
                    Map.of("type", "string", "minLength", 1));

    public static final Shape<String> FOLDER_INSIDE =
            matching(
                    "an absolute path without `..`, such as `/var/lib/api`",
                    "(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9_.@+-]{1,100}){1,20}");

    public static final Shape<String> VOLUME_SOURCE =
            matching(
                    "an absolute path without `..`, or the name of a volume",
                    "(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9_.@+-]{1,100}){1,20}|/|[A-Za-z0-9][A-Za-z0-9_.-]{1,99}");

    /// One outside may be meant. What was written is not repeated: it could be a key.
    public static final Shape<String> PATH_ANYWHERE =
            new Scalar<>(
                    "a path, relative to the manifest's folder or absolute",
                    WORDS,
                    text -> {
                        boolean plain = text.chars().allMatch(c -> c >= ' ');
                        if (text.isBlank()
                                || text.length() > PATTERN_MAX
                                || !plain
                                || text.startsWith("~")
                                || text.contains("-----BEGIN")) {
                            throw unfit("must be a path: the file's place, never what is in it");
                        }
                        return text;
                    },
                    Map.of("type", "string", "minLength", 1));

    public static final Shape<String> TLS_VERSION =
            new Scalar<>(
                    "`\"1.2\"` or `\"1.3\"`",
                    ANY,
                    pattern("`1.2` or `1.3`", "1\\.[23]", Code.WRONG_VALUE),
                    Map.of("type", List.of("string", "number")));

    public static final Shape<String> URL =
            new Scalar<>(
                    "a URL, such as `\"${DATABASE_URL}\"`",
                    WORDS,
                    Urls::written,
                    Map.of("type", "string", "minLength", 1));

    /// A command in one line, split as a POSIX shell would and not expanded, or its words in a
    /// list.
    public static final Shape<List<String>> COMMAND =
            new Either<>(
                    Node.Scalar.class,
                    new Scalar<>(
                            "a command",
                            WORDS,
                            CommandLine::split,
                            Map.of("type", "string", "minLength", 1)),
                    list(WRITTEN, 1));

    public static final Shape<StatusRange> STATUS =
            new Scalar<>(
                    "a status such as `200`, or a range such as `200-299`",
                    ANY,
                    Shapes::status,
                    Map.of("type", List.of("integer", "string")));

    /// What most objects of a Kubernetes cluster may be called.
    public static final Shape<String> OBJECT =
            matching(
                    "a name of small letters, digits and `-`, such as `shop-production`",
                    "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /// Ours are ours.
    public static final Shape<String> LABEL =
            matching(
                    "a label such as `team` or `example.org/team`, and none of `belay.dev`",
                    "(?!([a-z0-9.-]*\\.)?belay\\.dev/)([a-z0-9]([a-z0-9.-]{0,100}[a-z0-9])?/)?"
                            + "[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");

    public static final Shape<String> LABEL_VALUE =
            matching(
                    "the value of a label: letters, digits, `-`, `_` and `.`, 63 at most",
                    "[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");

    public static final Shape<String> CRON =
            new Scalar<>(Cron.TYPE, WORDS, Cron::written, Map.of("type", "string"));

    public static final Shape<Node> ANYTHING = new Anything();

    private Shapes() {}

    public static Shape<Integer> whole(int low, int high, String type) {
        return new Scalar<>(
                type,
                NUMBERS,
                text -> {
                    String predicate = "must be " + type + ", not `" + text + "`";
                    if (!text.matches("\\+?[0-9]{1,9}")) {
                        throw unfit(predicate);
                    }
                    int number = Integer.parseInt(text);
                    if (number < low || number > high) {
                        throw unfit(predicate);
                    }
                    return number;
                },
                Map.of("type", "integer", "minimum", low, "maximum", high));
    }

    public static <T> Shape<List<T>> list(Shape<T> item) {
        return new ListOf<>(item, 0, ENTRIES_MAX);
    }

    public static <T> Shape<List<T>> list(Shape<T> item, int least) {
        return new ListOf<>(item, least, ENTRIES_MAX);
    }

    public static <T> Shape<List<T>> list(Shape<T> item, int least, int most) {
        return new ListOf<>(item, least, most);
    }

    public static <T> Shape<SequencedMap<String, T>> map(Shape<String> key, Shape<T> value) {
        return new MapOf<>(key, value, NAMES_MAX);
    }

    public static <T> Shape<SequencedMap<String, T>> map(
            Shape<String> key, Shape<T> value, int most) {
        return new MapOf<>(key, value, most);
    }

    public static <T> Shape<T> either(Shape<? extends T> brief, Shape<? extends T> full) {
        return new Either<>(Node.Scalar.class, brief, full);
    }

    public static <T> Shape<T> listOrMap(Shape<? extends T> list, Shape<? extends T> map) {
        return new ListOrMap<>(list, map);
    }

    /// What is written in one shape, and means something else.
    public static <W, T> Shape<T> as(Shape<W> written, Function<W, T> become) {
        return new As<>(written, become);
    }

    /// The constants of an enum, as `blue-green`.
    public static <E extends Enum<E>> Shape<E> choice(Class<E> type, Set<E> notYet) {
        return Choice.of(
                List.of(type.getEnumConstants()),
                Shapes::word,
                Set.copyOf(notYet.stream().map(Shapes::word).toList()));
    }

    /// Words that stand for themselves.
    public static Shape<String> words(String... words) {
        return Choice.of(List.of(words), word -> word, Set.of());
    }

    /// A word that stands for a value.
    public static <T> Shape<T> word(String word, T value) {
        return mapped(Map.of(word, value), Set.of());
    }

    /// Words that stand for values.
    public static <T> Shape<T> mapped(Map<String, ? extends T> values, Set<String> notYet) {
        return new Choice<>(new LinkedHashMap<>(new TreeMap<>(values)), notYet);
    }

    /// One value where several may stand.
    public static <T> Shape<List<T>> one(Shape<T> item) {
        return new One<>(item);
    }

    /// A list, or a map that says more of what is in it.
    public static <T> Shape<T> listed(Shape<? extends T> list, Shape<? extends T> map) {
        return new Either<>(Node.Sequence.class, list, map);
    }

    /// One section, or a list of at least one.
    public static <T> Shape<List<T>> some(Shape<T> item, int most) {
        return new Some<>(item, list(item, 1, most));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Shape<String> matching(String type, String regex) {
        return matching(type, regex, Code.WRONG_VALUE);
    }

    private static Shape<String> matching(String type, String regex, Code code) {
        return new Scalar<>(
                type,
                WORDS,
                pattern(type, regex, code),
                Map.of("type", "string", "pattern", "^(" + regex + ")$"));
    }

    private static Scalar.Parser<String> pattern(String type, String regex, Code code) {
        Pattern pattern = Pattern.compile(regex);
        return text -> {
            // Bounded first: a repeated group needs stack for every repetition.
            if (text.length() > PATTERN_MAX || !pattern.matcher(text).matches()) {
                throw new Unfit(code, "must be " + type + ", not `" + brief(text) + "`", "");
            }
            return text;
        };
    }

    private static String path(String text) throws Unfit {
        if (text.isBlank() || text.startsWith("/") || text.startsWith("~")) {
            throw outside(text);
        }
        StringBuilder clean = new StringBuilder();
        for (String part : text.split("/", -1)) {
            if (part.equals("..") || part.contains("\\")) {
                throw outside(text);
            }
            if (!part.isEmpty() && !part.equals(".")) {
                clean.append(clean.isEmpty() ? "" : "/").append(part);
            }
        }
        return clean.isEmpty() ? "." : clean.toString();
    }

    private static Unfit outside(String text) {
        return new Unfit(
                Code.PATH,
                "must be a path inside of the manifest's folder, not `" + brief(text) + "`",
                "write it relative to `belay.yaml`, without `..`");
    }

    private static StatusRange status(String text) throws Unfit {
        String form = "must be a status such as `200`, or a range such as `200-299`";
        if (!text.matches("[1-5][0-9]{2}(-[1-5][0-9]{2})?")) {
            throw unfit(form);
        }
        int low = Integer.parseInt(text.substring(0, 3));
        int high = Integer.parseInt(text.substring(text.length() - 3));
        if (low > high) {
            throw unfit(form);
        }
        return new StatusRange(low, high);
    }

    static Unfit unfit(String predicate) {
        return new Unfit(Code.WRONG_VALUE, predicate, "");
    }

    static String brief(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
