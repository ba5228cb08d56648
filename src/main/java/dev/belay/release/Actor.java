package dev.belay.release;

/// Who did something, and how they proved it: `anna` by `token-file`.
public record Actor(String subject, String authentication) {
    /// Belay itself, when nobody asked.
    public static final Actor ENGINE = new Actor("belay", "engine");
}
