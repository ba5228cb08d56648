package dev.belay.manifest.shape;

import dev.belay.manifest.text.Code;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Pattern;

/// URLs as they are written, with `${NAME}` in them or not, and as they are when resolved.
public final class Urls {
    /// `user:password@`, the password not a variable.
    private static final Pattern PASSWORD =
            Pattern.compile("(?<=://)[^/?#@:]*:(?!\\$\\{)[^/?#@]+(?=@)");

    private Urls() {}

    static String written(String text) throws Unfit {
        if (PASSWORD.matcher(text).find()) {
            throw new Unfit(
                    Code.SECRET_IN_MANIFEST,
                    "must not hold a password",
                    "keep the password out of the repository: write `${NAME}` for it, or for the"
                            + " whole URL");
        }
        Optional<String> fault = fault(text.replaceAll("\\$\\{[A-Za-z_][A-Za-z0-9_]*}", "x"));
        boolean startsWithVariable = text.startsWith("${");
        if (text.isBlank() || (fault.isPresent() && !startsWithVariable)) {
            throw Shapes.unfit("must be a URL, such as `postgres://host:5432/name`");
        }
        return text;
    }

    /// Why a resolved text is no URL; nothing when it is one. Never holds the text itself, which
    /// may be secret.
    public static Optional<String> fault(String text) {
        try {
            URI url = new URI(text);
            if (url.getScheme() == null) {
                return Optional.of("it has no scheme, such as `https://`");
            }
            if (url.getScheme().equals("sqlite")) {
                String file = text.substring("sqlite:".length());
                return file.isBlank() ? Optional.of("it names no file") : Optional.empty();
            }
            boolean named = url.getAuthority() != null && !url.getAuthority().isEmpty();
            return named ? Optional.empty() : Optional.of("it names no host");
        } catch (URISyntaxException e) {
            return Optional.of("character " + (e.getIndex() + 1) + " does not belong there");
        }
    }
}
