package dev.belay.gateway.log;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// Which requests the access log keeps. The filters hold for all of them; of what they let through,
/// failures and slow answers are always kept, of the others one in so many.
///
/// @param on whether anything is kept
/// @param sample 1 keeps all, 100 one in a hundred, 0 only failures and slow ones
/// @param slow from which time to the answer's headers on a request is slow
/// @param components as `web` or `production/web`; none is all
/// @param statuses as `404` or `5xx`; none is all
/// @param paths how they begin; none is all
/// @param queries whether query strings are written, too: they may hold secrets
public record LogSettings(
        boolean on,
        int sample,
        Duration slow,
        List<String> components,
        List<String> statuses,
        List<String> paths,
        boolean queries) {
    public static final LogSettings OFF =
            new LogSettings(
                    false, 1, Duration.ofSeconds(1), List.of(), List.of(), List.of(), false);

    public LogSettings {
        components = List.copyOf(components);
        statuses = List.copyOf(statuses);
        paths = List.copyOf(paths);
    }

    boolean wants(Transcript transcript) {
        if (!on || !passes(transcript)) {
            return false;
        }
        return transcript.failed() || slow(transcript) || drawn();
    }

    private boolean passes(Transcript transcript) {
        return (components.isEmpty() || component(transcript))
                && (statuses.isEmpty() || status(transcript.status()))
                && (paths.isEmpty() || path(transcript.request().uri()));
    }

    private boolean component(Transcript transcript) {
        for (String one : components) {
            int slash = one.indexOf('/');
            boolean here = slash < 0 || one.substring(0, slash).equals(transcript.environment());
            if (here && one.substring(slash + 1).equals(transcript.component())) {
                return true;
            }
        }
        return false;
    }

    private boolean status(int status) {
        String digits = Integer.toString(status);
        for (String one : statuses) {
            if (one.equals(digits)
                    || (one.endsWith("xx") && status != 0 && one.charAt(0) == digits.charAt(0))) {
                return true;
            }
        }
        return false;
    }

    private boolean path(String target) {
        for (String one : paths) {
            if (target.startsWith(one)) {
                return true;
            }
        }
        return false;
    }

    private boolean slow(Transcript transcript) {
        return transcript.headNanos() >= slow.toNanos();
    }

    private boolean drawn() {
        return sample == 1 || (sample > 1 && ThreadLocalRandom.current().nextInt(sample) == 0);
    }
}
