package dev.belay.contract;

import java.util.Locale;

/// What a difference means for clients that were made for what was promised before.
public enum Weight {
    /// They notice nothing.
    HARMLESS,
    /// Some may break; the files alone do not say which.
    DOUBTFUL,
    /// What they do by right does not work any more.
    BREAKING;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
