package dev.belay.schema;

/// What an object of a catalogue is.
public enum Kind {
    SCHEMA("schema"),
    TABLE("table"),
    FOREIGN_TABLE("foreign table"),
    VIEW("view"),
    MATERIALIZED_VIEW("materialized view"),
    COMPOSITE("composite type"),
    SEQUENCE("sequence"),
    COLUMN("column"),
    CONSTRAINT("constraint"),
    INDEX("index"),
    FUNCTION("function"),
    TRIGGER("trigger"),
    RULE("rule"),
    POLICY("policy"),
    TYPE("type"),
    EXTENSION("extension"),
    STATISTICS("statistics"),
    EVENT_TRIGGER("event trigger"),
    PUBLICATION("publication"),
    DEFAULT_PRIVILEGES("default privileges"),
    COMMENT("comment"),
    CAST("cast"),
    OPERATOR("operator"),
    COLLATION("collation"),

    /// `ALTER ROLE … SET` and `ALTER DATABASE … SET`: no part of a dump, and so of no fingerprint.
    SETTING("setting");

    private final String words;

    Kind(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }

    /// What a statement reads from, or writes to, by its name.
    public boolean isRelation() {
        return switch (this) {
            case TABLE, FOREIGN_TABLE, VIEW, MATERIALIZED_VIEW -> true;
            default -> false;
        };
    }

    boolean isDumped() {
        return this != SETTING;
    }
}
