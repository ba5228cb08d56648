package dev.belay.driver.s3;

/// Where in a bucket something lies.
///
/// @param prefix without slashes at its ends; may be empty
record S3Address(String bucket, String prefix) {
    private static final String SCHEME = "s3://";

    /// @param text as `s3://bucket/prefix`
    /// @throws IllegalArgumentException when it is none
    static S3Address of(String text) {
        if (!text.startsWith(SCHEME)) {
            throw new IllegalArgumentException("not an address of S3: " + text);
        }
        String rest = text.substring(SCHEME.length());
        int slash = rest.indexOf('/');
        return slash < 0
                ? new S3Address(rest, "")
                : new S3Address(
                        rest.substring(0, slash),
                        rest.substring(slash + 1).replaceAll("^/+|/+$", ""));
    }

    /// What lies below it.
    S3Address below(String name) {
        return new S3Address(bucket, prefix.isEmpty() ? name : prefix + "/" + name);
    }

    @Override
    public String toString() {
        return SCHEME + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
    }
}
