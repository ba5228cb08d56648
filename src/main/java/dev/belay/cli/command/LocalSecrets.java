package dev.belay.cli.command;

import dev.belay.manifest.EnvironmentFile;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.Reading;
import dev.belay.server.operations.SecretSearch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A search for secrets that knows the values which lie on this machine: those of the dotenv files
/// that are here, and of the shell for the environment that was named.
final class LocalSecrets {
    private LocalSecrets() {}

    /// @param named environment, or `""` for none
    static SecretSearch search(Manifest manifest, String named, Map<String, String> shell) {
        var views = new ArrayList<EnvironmentView>();
        Map<String, Map<String, String>> values = new HashMap<>();
        for (String name : manifest.environments()) {
            if (manifest.in(name) instanceof Reading.Read<EnvironmentView>(var view)) {
                views.add(view);
                Map<String, String> own = new HashMap<>(name.equals(named) ? shell : Map.of());
                List<Path> files =
                        view.environmentFiles().stream()
                                .map(view.folder()::resolve)
                                .filter(Files::isRegularFile)
                                .toList();
                // What is wrong with a file is told where its environment is checked.
                if (EnvironmentFile.read(files) instanceof Reading.Read<?>(Object read)) {
                    ((Map<?, ?>) read)
                            .forEach((key, value) ->
                                    own.put(String.valueOf(key), String.valueOf(value)));
                }
                values.put(name, own);
            }
        }
        return SecretSearch.of(
                manifest,
                views,
                (environment, name) ->
                        Optional.ofNullable(values.getOrDefault(environment, Map.of()).get(name)),
                LocalDate.now(ZoneOffset.UTC));
    }
}
