package dev.belay.driver.image;

/// What a machine must be to run an image, in the words of Go: `linux`, `amd64`.
///
/// @param variant of the architecture, `v7`; mostly empty
public record ImagePlatform(String system, String architecture, String variant) {
    /// Linux on this machine's processor: what containers of its engine are.
    public static ImagePlatform ofThisMachine() {
        return new ImagePlatform("linux", architecture(System.getProperty("os.arch", "")), "");
    }

    /// Of what `uname` or Java call a processor.
    private static String architecture(String name) {
        return switch (name) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }

    /// Whether an image for that runs here. Who names no variant takes any.
    boolean takes(ImagePlatform image) {
        return system.equals(image.system)
                && architecture.equals(image.architecture)
                && (variant.isEmpty() || variant.equals(image.variant));
    }

    @Override
    public String toString() {
        return system + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
