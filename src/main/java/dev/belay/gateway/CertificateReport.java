package dev.belay.gateway;

import dev.belay.gateway.tls.Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/// What is said of certificates: whose they are and how long they are good for. Keys are never in
/// it.
final class CertificateReport {
    private static final String METRIC = "belay_gateway_certificate_expiry_seconds";

    private CertificateReport() {}

    static ObjectNode json(Certificates certificates) {
        ObjectNode json = RouteJson.MAPPER.createObjectNode();
        var array = json.putArray("certificates");
        for (Certificates.Shown shown : sorted(certificates)) {
            Certificate one = shown.certificate();
            ObjectNode line = array.addObject().put("name", one.file());
            var names = line.putArray("hosts");
            new TreeSet<>(one.names()).forEach(names::add);
            line.put("from", one.from().toString()).put("until", one.until().toString());
            line.put("issuer", one.issuer()).put("fingerprint", one.fingerprint());
        }
        var warnings = json.putArray("warnings");
        certificates.problems().forEach(warnings::add);
        var ordered = json.putArray("ordered");
        certificates.ordered().forEach(ordered::add);
        return json;
    }

    /// The time until each is over, below zero when it is.
    static String prometheus(Certificates certificates, Instant now) {
        List<Certificates.Shown> all = sorted(certificates);
        if (all.isEmpty()) {
            return "";
        }
        var text = new StringBuilder();
        text.append("# HELP ").append(METRIC).append(" Until the certificate expires.\n");
        text.append("# TYPE ").append(METRIC).append(" gauge\n");
        String last = "";
        for (Certificates.Shown shown : all) {
            Certificate one = shown.certificate();
            if (!one.file().equals(last)) {
                long left = one.until().getEpochSecond() - now.getEpochSecond();
                String name = one.file().replace("\\", "\\\\").replace("\"", "\\\"");
                text.append(METRIC).append("{name=\"").append(name).append("\"} ");
                text.append(left).append('\n');
            }
            last = one.file();
        }
        return text.toString();
    }

    /// By name; of one name in several folders the one that ends first.
    private static List<Certificates.Shown> sorted(Certificates certificates) {
        Comparator<Certificates.Shown> byName =
                Comparator.comparing(shown -> shown.certificate().file());
        return certificates.shown().stream()
                .sorted(byName.thenComparing(shown -> shown.certificate().until()))
                .toList();
    }
}
