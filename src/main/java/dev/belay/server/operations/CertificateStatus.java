package dev.belay.server.operations;

import dev.belay.driver.acme.CertificateState;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// The certificates that the gateway shows clients, with the eyes of whoever must renew them.
///
/// @param shown of all environments
/// @param warnings what is wrong with files that the gateway therefore did not take
/// @param ordered those that an authority gives out, of one environment
public record CertificateStatus(List<Shown> shown, List<String> warnings, List<Ordered> ordered) {
    /// No port speaks TLS, or nobody can be asked.
    public static final CertificateStatus NONE =
            new CertificateStatus(List.of(), List.of(), List.of());

    static final Duration SOON = Duration.ofDays(21);
    static final Duration AT_ONCE = Duration.ofDays(3);

    public CertificateStatus {
        shown = List.copyOf(shown);
        warnings = List.copyOf(warnings);
        ordered = List.copyOf(ordered);
    }

    CertificateStatus with(List<Ordered> others) {
        return new CertificateStatus(shown, warnings, others);
    }

    /// One of them.
    ///
    /// @param until milliseconds since the epoch
    /// @param state `well`, `ending` (three weeks are left), `unwell` (three days, or none)
    /// @param detail a sentence, `""` when it is well
    public record Shown(String name, List<String> hosts, long until, String state, String detail) {
        public Shown {
            hosts = List.copyOf(hosts);
        }
    }

    /// One that an authority gives out.
    ///
    /// @param state `waiting` (none is there, one is ordered), `failed` (the last order; the one
    ///   before may still be good), `valid`
    /// @param detail a sentence
    /// @param until milliseconds since the epoch; 0 where there is none
    /// @param next when the authority is asked next, in milliseconds since the epoch; 0 is now
    /// @param failures orders that failed in a row
    public record Ordered(
            String entrance,
            List<String> hosts,
            String state,
            String detail,
            long until,
            long next,
            int failures) {
        public Ordered {
            hosts = List.copyOf(hosts);
        }

        static Ordered of(String entrance, URI directory, CertificateState it, Instant now) {
            boolean good = it.end().filter(now::isBefore).isPresent();
            String until = good ? "until " : "expired at ";
            String stands = it.end().map(end -> until + end).orElse("");
            String before = good ? "; the one before is valid " : "; the one before ";
            String rest = stands.isEmpty() ? "" : before + stands;
            boolean failed = it.failures() > 0;
            String detail =
                    failed
                            ? "%s; next try at %s%s".formatted(it.why(), it.next(), rest)
                            : good
                                    ? stands
                                    : "ordered from %s%s".formatted(directory.getHost(), rest);
            return new Ordered(
                    entrance,
                    it.hosts(),
                    failed ? "failed" : good ? "valid" : "waiting",
                    detail,
                    it.end().map(Instant::toEpochMilli).orElse(0L),
                    it.next().toEpochMilli(),
                    it.failures());
        }
    }

    /// Reads what the gateway says of them.
    ///
    /// @param json as its admin socket answers
    public static CertificateStatus of(JsonNode json, Instant now) {
        var shown = new ArrayList<Shown>();
        for (JsonNode one : json.path("certificates")) {
            try {
                shown.add(shown(one, Instant.parse(one.path("until").asString("")), now));
            } catch (DateTimeParseException _) {
                // A gateway of another build: what it says otherwise cannot be judged here.
            }
        }
        var warnings = new ArrayList<String>();
        json.path("warnings").forEach(one -> warnings.add(one.asString("")));
        return new CertificateStatus(shown, warnings, List.of());
    }

    private static Shown shown(JsonNode json, Instant until, Instant now) {
        var hosts = new ArrayList<String>();
        json.path("hosts").forEach(host -> hosts.add(host.asString("")));
        Duration left = Duration.between(now, until);
        boolean atOnce = left.compareTo(AT_ONCE) <= 0;
        boolean soon = left.compareTo(SOON) <= 0;
        return new Shown(
                json.path("name").asString(""),
                hosts,
                until.toEpochMilli(),
                atOnce ? "unwell" : soon ? "ending" : "well",
                ending(until, now));
    }

    /// What is to be said of a certificate that comes to its end; empty while it has time.
    static String ending(Instant until, Instant now) {
        Duration left = Duration.between(now, until);
        return left.compareTo(SOON) <= 0 ? sentence(left, until) : "";
    }

    private static String sentence(Duration left, Instant until) {
        if (left.isNegative() || left.isZero()) {
            return "it expired at " + until + "; clients refuse it";
        }
        long days = left.toDays();
        String time = days > 1 ? days + " days" : left.toHours() + " hours";
        return "it expires in " + time + ", at " + until;
    }
}
