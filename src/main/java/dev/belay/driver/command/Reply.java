package dev.belay.driver.command;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a command printed as its answer: the last line that begins with `{`, a small JSON object.
/// All else that it prints is for people.
///
/// @param state where the revision is; empty where the command did not say
/// @param deployment what it is called there; empty where it has no name
/// @param url where it can be asked; empty where it cannot
/// @param because a sentence for people
record Reply(Optional<State> state, String deployment, String url, String because) {
    static final Reply NOTHING = new Reply(Optional.empty(), "", "", "");

    private static final int LINE_MAX = 8 << 10;
    private static final int TEXT_MAX = 1_000;

    /// Where a revision is, as `observe` says it.
    enum State {
        /// There is nothing of it.
        ABSENT,

        /// It is on its way.
        PENDING,

        /// It stands, and could have requests.
        READY,

        /// It has them.
        LIVE,

        /// It will not come to stand.
        FAILED
    }

    /// An answer that cannot be read.
    static final class Garbage extends Exception {
        Garbage(String message) {
            super(message);
        }
    }

    /// @param secret whether a text holds a value that must not be kept
    static Reply of(List<String> lines, Predicate<String> secret) throws Garbage {
        String last =
                lines.reversed().stream()
                        .map(String::strip)
                        .filter(line -> line.startsWith("{"))
                        .findFirst()
                        .orElse("");
        if (last.isEmpty()) {
            return NOTHING;
        }
        if (last.length() > LINE_MAX) {
            throw new Garbage("its answer is longer than 8 KiB");
        }
        if (secret.test(last)) {
            throw new Garbage("its answer holds the value of a secret");
        }
        try {
            return of(JsonMapper.shared().readTree(last));
        } catch (JacksonException e) {
            throw new Garbage("the last line that it printed with `{` is no JSON");
        }
    }

    private static Reply of(JsonNode json) throws Garbage {
        String url = text(json, "url");
        if (!url.isEmpty() && !isAddress(url)) {
            throw new Garbage("`url` in its answer is no address of the web");
        }
        return new Reply(state(text(json, "state")), text(json, "deployment"), url, said(json));
    }

    /// For people, so that a long one is only cut.
    private static String said(JsonNode json) {
        String because = json.path("because").asString("").replaceAll("\\p{Cntrl}", " ");
        return because.substring(0, Math.min(because.length(), TEXT_MAX));
    }

    private static String text(JsonNode json, String name) throws Garbage {
        JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        String text = value.isString() ? value.asString() : "";
        if (text.isEmpty()
                || text.length() > TEXT_MAX
                || text.chars().anyMatch(Character::isISOControl)) {
            throw new Garbage("`" + name + "` in its answer is no short text");
        }
        return text;
    }

    private static Optional<State> state(String word) throws Garbage {
        if (word.isEmpty()) {
            return Optional.empty();
        }
        for (State state : State.values()) {
            if (state.name().toLowerCase(Locale.ROOT).equals(word)) {
                return Optional.of(state);
            }
        }
        throw new Garbage(
                "`state` in its answer is none of `absent`, `pending`, `ready`, `live`, `failed`");
    }

    private static boolean isAddress(String url) {
        try {
            URI uri = URI.create(url);
            String scheme = String.valueOf(uri.getScheme());
            return (scheme.equals("http") || scheme.equals("https"))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
