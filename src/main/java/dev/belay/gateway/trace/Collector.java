package dev.belay.gateway.trace;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where spans go and how they introduce themselves, as OpenTelemetry's variables say.
///
/// @param headers sent with every export, such as a key
/// @param resource attributes of the process
record Collector(
        URI endpoint, Map<String, String> headers, Map<String, String> resource, Duration timeout) {
    private static final Logger LOG = LoggerFactory.getLogger(Collector.class);
    private static final String SERVICE = "service.name";
    private static final int TIMEOUT_MILLIS = 10_000;

    Collector {
        headers = Map.copyOf(headers);
        resource = Map.copyOf(resource);
    }

    /// Empty when nobody named one.
    static Optional<Collector> of(Map<String, String> environment) {
        boolean off =
                environment.getOrDefault("OTEL_SDK_DISABLED", "").equalsIgnoreCase("true")
                        || environment.getOrDefault("OTEL_TRACES_EXPORTER", "").equals("none");
        String traces = environment.getOrDefault("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "").strip();
        String base = environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", "").strip();
        if (off || (traces.isEmpty() && base.isEmpty())) {
            return Optional.empty();
        }
        String whole = traces.isEmpty() ? base.replaceFirst("/+$", "") + "/v1/traces" : traces;
        try {
            var uri = new URI(whole);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
                throw new URISyntaxException(whole, "an http or https URL is wanted");
            }
            protocol(environment);
            return Optional.of(
                    new Collector(
                            uri,
                            headers(environment),
                            resource(environment),
                            timeout(environment)));
        } catch (URISyntaxException e) {
            LOG.warn("OTEL_EXPORTER_OTLP_ENDPOINT: {}; no spans are exported", e.getMessage());
            return Optional.empty();
        }
    }

    private static void protocol(Map<String, String> environment) {
        String usual = environment.getOrDefault("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
        String asked = environment.getOrDefault("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", usual);
        if (!asked.equals("http/json")) {
            LOG.warn("OTEL_EXPORTER_OTLP_PROTOCOL: the gateway speaks http/json, not {}", asked);
        }
    }

    private static Map<String, String> headers(Map<String, String> environment) {
        String usual = environment.getOrDefault("OTEL_EXPORTER_OTLP_HEADERS", "");
        return pairs(environment.getOrDefault("OTEL_EXPORTER_OTLP_TRACES_HEADERS", usual));
    }

    private static Map<String, String> resource(Map<String, String> environment) {
        Map<String, String> resource =
                new LinkedHashMap<>(
                        pairs(environment.getOrDefault("OTEL_RESOURCE_ATTRIBUTES", "")));
        resource.putIfAbsent(SERVICE, "belay-gateway");
        String name = environment.getOrDefault("OTEL_SERVICE_NAME", "").strip();
        if (!name.isEmpty()) {
            resource.put(SERVICE, name);
        }
        return resource;
    }

    private static Duration timeout(Map<String, String> environment) {
        String millis = environment.getOrDefault("OTEL_EXPORTER_OTLP_TIMEOUT", "");
        boolean number = millis.matches("[1-9][0-9]{0,5}");
        return Duration.ofMillis(number ? Integer.parseInt(millis) : TIMEOUT_MILLIS);
    }

    /// `a=b,c=d`, values percent-encoded.
    private static Map<String, String> pairs(String text) {
        var pairs = new LinkedHashMap<String, String>();
        for (String pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                String value = pair.substring(equals + 1).strip().replace("+", "%2B");
                try {
                    pairs.put(
                            pair.substring(0, equals).strip(),
                            URLDecoder.decode(value, StandardCharsets.UTF_8));
                } catch (IllegalArgumentException _) {
                    LOG.warn("`{}` in an OTEL variable is not percent-encoded", pair);
                }
            }
        }
        return pairs;
    }
}
