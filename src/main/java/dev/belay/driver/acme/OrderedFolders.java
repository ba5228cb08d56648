package dev.belay.driver.acme;

import java.nio.file.Path;
import java.util.Optional;

/// Where the certificates of entrances lie that an authority gives out: of each entrance in a
/// folder of its own, as a gateway shows all that is in one.
///
/// @param root closed to others: the keys are in it
public record OrderedFolders(Path root) {
    /// An entrance of an environment.
    public record Entrance(String environment, String name) {
        /// What its files are called. Neither name holds a dot.
        public String fileName() {
            return environment + "." + name;
        }
    }

    public Path of(Entrance entrance) {
        return root.resolve(entrance.fileName());
    }

    /// Whose folder this is; empty when it is none of these.
    public Optional<Entrance> entrance(Path folder) {
        String[] names = String.valueOf(folder.getFileName()).split("\\.", -1);
        if (names.length != 2) {
            return Optional.empty();
        }
        var entrance = new Entrance(names[0], names[1]);
        return of(entrance).equals(folder) ? Optional.of(entrance) : Optional.empty();
    }
}
