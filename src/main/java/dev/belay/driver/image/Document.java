package dev.belay.driver.image;

import dev.belay.release.Digest;
import java.nio.charset.StandardCharsets;

/// JSON of which every byte counts, because its digest is its name.
///
/// @param type by which registries and engines know what it is
record Document(String type, String text) {
    Digest digest() {
        return Digest.of(text);
    }

    byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    Descriptor descriptor() {
        return new Descriptor(type, digest(), bytes().length);
    }
}
