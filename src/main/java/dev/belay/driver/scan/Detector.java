package dev.belay.driver.scan;

/// Knows one sort of secret. Asked only where two bytes stand that it named, and looks no further
/// than a bounded number of bytes from there: so a text takes time in proportion to its length,
/// whoever wrote it.
interface Detector {
    /// Two bytes, the first in the higher byte; every place with one of them is asked about.
    int[] triggers();

    /// Whether it looks into files that are no text.
    default boolean looksIntoBinaries() {
        return true;
    }

    /// Tells what is at this place, if something is.
    void look(Content content, int at, Finds finds);

    /// Takes what a detector found.
    interface Finds {
        void found(int at, String rule, Leak.Kind kind, String hint);
    }

    static int pair(int first, int second) {
        return (first & 0xff) << 8 | (second & 0xff);
    }
}
