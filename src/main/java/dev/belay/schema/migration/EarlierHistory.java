package dev.belay.schema.migration;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What another tool wrote into the database about what it applied.
public sealed interface EarlierHistory permits FlywayHistory, EarlierHistory.GolangMigrate {
    /// What of the files it says is applied.
    ///
    /// @param texts whole files by their path, as they are compared by some
    Adoption adoption(MigrationSet files, Map<String, String> texts);

    /// golang-migrate knows one version alone, and compares nothing.
    ///
    /// @param states a line, or none where nothing is applied
    record GolangMigrate(List<State> states) implements EarlierHistory {
        public GolangMigrate {
            states = List.copyOf(states);
        }

        /// Its line.
        ///
        /// @param dirty whether it failed on its way to this version, or back from it
        public record State(long version, boolean dirty) {}

        @Override
        public Adoption adoption(MigrationSet files, Map<String, String> texts) {
            Optional<State> dirty = states.stream().filter(State::dirty).findFirst();
            if (dirty.isPresent()) {
                return new Adoption.Refused(
                        "version " + dirty.get().version() + " is dirty: it stopped half-way",
                        "mend the schema, and say so by `migrate force VERSION`");
            }
            if (states.size() != 1 || states.getFirst().version() < 0) {
                return new Adoption.Refused(
                        "`schema_migrations` holds " + states.size() + " versions, and not one",
                        "where nothing is applied, `belay deploy` applies every file");
            }
            var version = new MigrationVersion(Long.toString(states.getFirst().version()));
            return Adoption.upTo(
                    files, version, List.of("golang-migrate keeps no checksums: none is compared"));
        }
    }
}
