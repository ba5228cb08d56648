package dev.belay.release;

import java.util.Locale;

/// Where somebody else's program keeps the write-ahead log of a datastore's server, with base
/// backups to begin from: so that it can be had as it was at any instant in between.
///
/// @param server what the tool calls it: a stanza of pgBackRest, a server of Barman
/// @param config the tool's configuration file, or empty for the one that it finds itself
public record WalArchive(Tool tool, String server, String config) {
    /// Who keeps it.
    public enum Tool {
        PGBACKREST,
        BARMAN;

        /// Its program.
        public String program() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// For people, as `pgbackrest main`.
    public String words() {
        return tool.program() + " " + server;
    }
}
