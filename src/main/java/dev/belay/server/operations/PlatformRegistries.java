package dev.belay.server.operations;

import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.driver.image.EnvironmentRegistries;
import dev.belay.driver.image.Registries;
import dev.belay.driver.image.Registry;
import dev.belay.driver.image.RegistryAccess;
import dev.belay.manifest.EnvironmentView;
import dev.belay.release.ImageName;
import dev.belay.release.ImageRegistry;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The registry that each environment's manifest names, with who Belay is there as its variables
/// say at the moment of asking. Every other registry is asked by nobody in particular.
public final class PlatformRegistries implements EnvironmentRegistries {
    private final Platform platform;
    private final ValueProvider values;

    public PlatformRegistries(Platform platform, ValueProvider values) {
        this.platform = platform;
        this.values = values;
    }

    @Override
    public Registries of(String environment) {
        return host -> new Registry(access(environment, host));
    }

    private RegistryAccess access(String environment, String host) {
        return own(environment)
                .filter(one -> one.host().equals(host))
                .map(one -> new RegistryAccess(host, one.insecure(), login(environment, one)))
                .orElseGet(() -> RegistryAccess.open(host));
    }

    /// Who has no value for either is nobody there, and is told so by the registry.
    private RegistryAccess.@Nullable Login login(String environment, ImageRegistry registry) {
        if (registry.user().isEmpty()) {
            return null;
        }
        Optional<Secret> user = values.find(environment, registry.user());
        Optional<Secret> password = values.find(environment, registry.password());
        return user.isEmpty() || password.isEmpty()
                ? null
                : new RegistryAccess.Login(user.get().use(text -> text), password.get());
    }

    @Override
    public Optional<ImageName> place(String environment, String component) {
        return own(environment).flatMap(one -> ImageName.read(one.place() + "/" + component));
    }

    private Optional<ImageRegistry> own(String environment) {
        return platform.ifKnownLately(environment).flatMap(EnvironmentView::imageRegistry);
    }
}
