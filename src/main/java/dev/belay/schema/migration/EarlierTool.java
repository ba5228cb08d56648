package dev.belay.schema.migration;

/// Whose history says what is applied.
public enum EarlierTool {
    /// Nobody's: a person says it.
    NONE(""),
    FLYWAY("flyway"),
    GOLANG_MIGRATE("golang-migrate");

    private final String word;

    EarlierTool(String word) {
        this.word = word;
    }

    /// As people write it; empty for none.
    public String word() {
        return word;
    }
}
