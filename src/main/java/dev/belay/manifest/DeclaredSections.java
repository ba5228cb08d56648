package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.TEXT;
import static dev.belay.manifest.shape.Shapes.YES_NO;
import static dev.belay.manifest.shape.Shapes.either;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.one;
import static dev.belay.manifest.shape.Shapes.words;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import java.time.Duration;
import java.util.List;

/// What is only declared: policies hold people to it, and Belay cannot see whether it is so.
final class DeclaredSections {
    private static final Key<Boolean> PHI =
            Key.of("phi", YES_NO, "Whether it holds, or is sent, health data of persons.")
                    .fallback("false");
    private static final Key<Boolean> AT_REST =
            Key.of(
                            "encrypted-at-rest",
                            YES_NO,
                            "Whether whoever runs it encrypts its data where they lie.")
                    .fallback("false");

    static final Key<Row> DATA =
            Key.of(
                    "data",
                    Fields.of(
                            "data",
                            "What data are in it. Only declared: policies look at it, and nothing else"
                                    + " does.",
                            "{phi: true, encrypted-at-rest: true}",
                            List.of(PHI, AT_REST),
                            List.of(),
                            row -> row),
                    "What data are in it.");

    private static final Key<Boolean> LOGS_PHI =
            Key.of("phi", YES_NO, "Whether health data of persons may be in them.").asRequired();

    private static final Key<Duration> RETENTION =
            Key.of("retention", DURATION, "How long they are kept.").fallback("0s");

    static final Key<Declared.Logs> LOGS =
            Key.of(
                    "logs",
                    Fields.of(
                            "logs",
                            "What it logs, and how long that is kept elsewhere. Only declared: Belay"
                                    + " neither filters nor keeps them.",
                            "{phi: false, retention: 2190d}",
                            List.of(LOGS_PHI, RETENTION),
                            List.of(),
                            row -> new Declared.Logs(row.get(LOGS_PHI), row.get(RETENTION))),
                    "What it logs.");

    static final Key<String> SERVES =
            Key.of(
                    "serves",
                    words("tenants"),
                    "`tenants`: several of them, who may not see each other's data.");

    static final Key<String> VENDOR =
            Key.of("vendor", NAME, "Who runs it, for policies that approve vendors.");

    static final Key<List<String>> SDK =
            Key.of(
                            "sdk",
                            either(one(TEXT), list(TEXT)),
                            "Packages that it asks services through, such as `@shop/sdk`: `belay"
                                    + " lint` finds what passes them by.")
                    .fallback("[]");

    private DeclaredSections() {}

    static Declared of(Row row) {
        return new Declared(
                row.find(DATA).map(data -> data.get(PHI)).orElse(false),
                row.find(DATA).map(data -> data.get(AT_REST)).orElse(false),
                row.find(SERVES).isPresent(),
                row.find(VENDOR).orElse(""),
                row.find(LOGS).orElse(null),
                row.find(SDK).orElse(List.of()));
    }
}
