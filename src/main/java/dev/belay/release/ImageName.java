package dev.belay.release;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What an image is asked for by, with everything that people leave out: `node:22` is
/// `docker.io/library/node:22`.
///
/// @param registry host and port
/// @param tag empty where only a digest is given
/// @param digest `sha256:…`, or empty; where there is one, it alone says which image is meant
public record ImageName(String registry, String repository, String tag, String digest) {
    private static final String HUB = "docker.io";
    private static final int REPOSITORY_MAX = 255;

    /// No two quantifiers can take the same character, so that a long name costs its length.
    private static final Pattern PART = Pattern.compile("[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*+");

    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final Pattern HOST =
            Pattern.compile(
                    "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\\[[0-9A-Fa-f:]{2,45}\\])(?::[0-9]{1,5})?");

    /// What a name means; empty when it is none.
    public static Optional<ImageName> read(String text) {
        int at = text.indexOf('@');
        String digest = at < 0 ? "" : text.substring(at + 1);
        String name = at < 0 ? text : text.substring(0, at);
        int colon = name.lastIndexOf(':');
        boolean tagged = colon > name.lastIndexOf('/');
        String tag = tagged ? name.substring(colon + 1) : "";
        String path = tagged ? name.substring(0, colon) : name;
        int slash = path.indexOf('/');
        String first = slash < 0 ? "" : path.substring(0, slash);
        boolean host = isHost(first);
        String registry = host ? first : HUB;
        String repository = host ? path.substring(slash + 1) : path;
        if (registry.equals(HUB) && repository.indexOf('/') < 0) {
            repository = "library/" + repository;
        }
        boolean sound =
                isRepository(repository)
                        && HOST.matcher(registry).matches()
                        && (at < 0 || DIGEST.matcher(digest).matches())
                        && (!tagged || TAG.matcher(tag).matches());
        String meant = tag.isEmpty() && digest.isEmpty() ? "latest" : tag;
        return sound
                ? Optional.of(new ImageName(registry, repository, meant, digest))
                : Optional.empty();
    }

    /// As Docker tells a registry from the first part of a path.
    private static boolean isHost(String first) {
        return first.contains(".") || first.contains(":") || first.equals("localhost");
    }

    private static boolean isRepository(String repository) {
        if (repository.length() > REPOSITORY_MAX) {
            return false;
        }
        for (String part : repository.split("/", -1)) {
            Matcher matcher = PART.matcher(part);
            if (!matcher.matches()) {
                return false;
            }
        }
        return true;
    }

    /// Whether a registry was named, and not left to be the one that everybody uses.
    public boolean isOfHub() {
        return registry.equals(HUB);
    }

    /// Whether the registry is on this machine, where nobody listens in between.
    public boolean isLocal() {
        return isLoopback(registry);
    }

    /// Whether an address, with its port or without, is this machine's own.
    public static boolean isLoopback(String address) {
        String host = address.startsWith("[") ? address : address.split(":", 2)[0];
        return host.equals("localhost")
                || host.startsWith("[::1]")
                || host.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");
    }

    /// The same repository at exactly that image.
    public ImageName at(Digest exactly) {
        return new ImageName(registry, repository, "", exactly.text());
    }

    /// What is asked for in the repository: the digest, else the tag.
    public String reference() {
        return digest.isEmpty() ? tag : digest;
    }

    /// Registry and repository.
    public String place() {
        return registry + "/" + repository;
    }

    /// Whole, as every program reads it.
    @Override
    public String toString() {
        return place() + (digest.isEmpty() ? ":" + tag : "@" + digest);
    }
}
