package dev.belay.driver.scan;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// JSON web tokens with a signature. Those that are meant for everybody, and the one that every
/// manual shows, are none.
final class WebTokens implements Detector {
    private static final int SIGNATURE = 20;
    private static final int PART_MAX = 4000;

    @Override
    public int[] triggers() {
        return new int[] {Detector.pair('e', 'y')};
    }

    @Override
    public void look(Content content, int at, Finds finds) {
        if (content.at(at + 2) != 'J' || !TokenFormats.begins(content, at)) {
            return;
        }
        int header = end(content, at);
        if (content.at(header) != '.') {
            return;
        }
        int payload = end(content, header + 1);
        if (content.at(payload) != '.') {
            return;
        }
        int signature = end(content, payload + 1);
        if (signature - payload - 1 < SIGNATURE) {
            return;
        }
        String head = decoded(content.text(at, header));
        String body = decoded(content.text(header + 1, payload));
        boolean signed = head.contains("\"alg\"") && !head.contains("\"none\"");
        boolean example = body.contains("John Doe") || body.contains("\"anon\"");
        if (signed && body.startsWith("{") && !example) {
            finds.found(at, "web-token", Leak.Kind.FORMAT, "`eyJ…`");
        }
    }

    private static int end(Content content, int from) {
        int to = from;
        while (to - from < PART_MAX && content.at(to) > 0 && Format.URL_64.get(content.at(to))) {
            to++;
        }
        return to;
    }

    private static String decoded(String part) {
        try {
            return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }
}
