package dev.belay.server;

import dev.belay.driver.kubernetes.KubernetesReader;
import dev.belay.driver.secrets.DotenvReader;
import dev.belay.driver.secrets.FolderReader;
import dev.belay.driver.secrets.Keys;
import dev.belay.driver.secrets.SecretReader;
import dev.belay.driver.secrets.SecretStores;
import dev.belay.driver.sops.SopsReader;
import dev.belay.driver.vault.VaultReader;
import dev.belay.release.SecretStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/// Every kind of store that a control plane can ask for secrets.
///
/// @param environment the control plane's own variables
record SecretKinds(InstantSource clock, Map<String, String> environment)
        implements SecretStores.Opener {
    @Override
    public SecretReader open(SecretStore store, Keys keys) {
        return switch (store) {
            case SecretStore.Folder(String path) -> new FolderReader(Path.of(path));
            case SecretStore.Dotenv(String path) -> new DotenvReader(Path.of(path));
            case SecretStore.Sops sops -> new SopsReader(sops, keys);
            case SecretStore.Vault vault -> new VaultReader(vault, keys, clock);
            case SecretStore.Kubernetes cluster -> new KubernetesReader(cluster, keys, environment);
        };
    }
}
