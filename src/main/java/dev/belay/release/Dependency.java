package dev.belay.release;

import java.util.Locale;

/// Something outside the release that its components need: a datastore or an external service.
///
/// @param url with `${NAME}` not yet resolved: it may hold a password
/// @param optional whether it may be down
public record Dependency(String name, Engine engine, String url, boolean optional) {
    /// The protocol it is asked by.
    public enum Engine {
        POSTGRES,
        MYSQL,
        REDIS,
        SQLITE,
        CLICKHOUSE,
        NATS,
        RABBITMQ,
        KAFKA,
        HTTP;

        /// Whether this version can back one up, and put it back.
        public boolean isBackedUp() {
            return switch (this) {
                case POSTGRES, MYSQL, REDIS, SQLITE, CLICKHOUSE -> true;
                case NATS, RABBITMQ, KAFKA, HTTP -> false;
            };
        }

        /// As the manifest writes it.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
