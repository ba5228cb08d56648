package dev.belay.gateway;

/// What is counted of the whole process. A name that ends with `_total` only grows, another one
/// says how many there are.
enum Tally {
    ACCEPTED("accepted_total", "", "Connections that clients opened."),
    CONNECTIONS("connections", "", "Connections of clients that are open."),
    REQUESTS_REFUSED("requests_refused_total", "", "Requests that broke a rule of HTTP or ours."),
    TLS_HANDSHAKES(
            "tls_handshakes_total", "result=\"done\"", "Clients that agreed on keys, or not."),
    TLS_FAILURES(
            "tls_handshakes_total", "result=\"failed\"", "Clients that agreed on keys, or not."),
    H2_SESSIONS("h2_sessions", "", "Connections of clients that speak HTTP/2."),
    H2_STREAMS("h2_streams_total", "", "Requests that came over HTTP/2."),
    H2_MALFORMED("h2_refused_total", "why=\"malformed\"", "What HTTP/2 forbids."),
    H2_ABUSE("h2_refused_total", "why=\"abuse\"", "What HTTP/2 forbids."),
    H2_ERROR("h2_refused_total", "why=\"protocol\"", "What HTTP/2 forbids."),
    LOG_LINES("access_log_lines_total", "", "Lines that the access log took."),
    LOG_DROPPED("access_log_dropped_total", "", "Lines of the access log that were lost."),
    SPANS("spans_exported_total", "", "Spans that the collector took."),
    SPANS_DROPPED("spans_dropped_total", "", "Spans that were lost.");

    private final String metric;
    private final String labels;
    private final String help;

    Tally(String metric, String labels, String help) {
        this.metric = metric;
        this.labels = labels;
        this.help = help;
    }

    /// Without the prefix that all have. Those of one name stand next to each other.
    String metric() {
        return metric;
    }

    String labels() {
        return labels;
    }

    String help() {
        return help;
    }
}
