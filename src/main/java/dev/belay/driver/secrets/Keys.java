package dev.belay.driver.secrets;

import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.release.Credential;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// What opens the stores of one environment.
///
/// @param variables the variables that come from no store, by name
/// @param learnt is told of everything that must be shown to nobody
public record Keys(Function<String, Optional<Secret>> variables, Consumer<Secret> learnt) {
    /// What the manifest means, from now on masked.
    ///
    /// @throws SecretFailure when there is none, or it can be read by others
    public Secret of(Credential what) {
        Secret secret =
                switch (what) {
                    case Credential.Variable(String name) -> variable(name);
                    case Credential.File(String path) ->
                            new Secret(PrivateFile.read(Path.of(path)).text().strip());
                };
        if (secret.use(String::isEmpty)) {
            throw SecretFailure.refused(
                    "the " + what + " that opens it is empty", "put the key there");
        }
        learnt.accept(secret);
        return secret;
    }

    private Secret variable(String name) {
        return variables
                .apply(name)
                .map(found -> new Secret(found.use(String::strip)))
                .orElseThrow(() ->
                        SecretFailure.refused(
                                "the variable `" + name + "` that opens it is not set",
                                "set it beside the control plane, or name a `file`"));
    }
}
