package dev.belay.gateway.trace;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which requests get a span: the samplers that OpenTelemetry names in `OTEL_TRACES_SAMPLER`.
///
/// @param followsParent whether whoever asks has decided already
/// @param part of the traces, from 0 to 1
record Sampler(boolean followsParent, double part) {
    private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);
    private static final String PARENT = "parentbased_";

    static Sampler of(Map<String, String> environment) {
        String name =
                environment
                        .getOrDefault("OTEL_TRACES_SAMPLER", "parentbased_always_on")
                        .strip()
                        .toLowerCase(Locale.ROOT);
        boolean follows = name.startsWith(PARENT);
        return switch (follows ? name.substring(PARENT.length()) : name) {
            case "always_on" -> new Sampler(follows, 1);
            case "always_off" -> new Sampler(follows, 0);
            case "traceidratio" -> new Sampler(follows, part(environment));
            default -> {
                LOG.warn("OTEL_TRACES_SAMPLER: `{}` is not known; who asks decides", name);
                yield new Sampler(true, 1);
            }
        };
    }

    private static double part(Map<String, String> environment) {
        String part = environment.getOrDefault("OTEL_TRACES_SAMPLER_ARG", "1").strip();
        try {
            double number = Double.parseDouble(part);
            if (number >= 0 && number <= 1) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Said below, together with numbers that are out of range.
        }
        LOG.warn("OTEL_TRACES_SAMPLER_ARG: `{}` is no number from 0 to 1; 1 is taken", part);
        return 1;
    }

    /// @param parent whoever asks; null begins a trace
    /// @param low the second half of the trace's id: all that decide by it decide alike
    boolean samples(@Nullable TraceContext parent, long low) {
        if (parent != null && followsParent) {
            return parent.sampled();
        }
        return part >= 1 || (low & Long.MAX_VALUE) < (long) (part * Long.MAX_VALUE);
    }
}
