package dev.belay.release;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Where secrets are kept, and how one gets at them. Holds no secret.
public sealed interface SecretStore {
    /// The word that the manifest and plans have for it.
    String word();

    /// What lies elsewhere can be away for a while.
    sealed interface Remote extends SecretStore {
        /// How long what was read last counts while the store is away.
        Duration keep();
    }

    /// A file for each secret, as Docker and Kubernetes mount them.
    ///
    /// @param path absolute
    record Folder(String path) implements SecretStore {
        @Override
        public String word() {
            return "folder";
        }
    }

    /// A file of `NAME=value` lines that only its owner can read.
    ///
    /// @param path absolute
    record Dotenv(String path) implements SecretStore {
        @Override
        public String word() {
            return "dotenv";
        }
    }

    /// A file that SOPS encrypted to keys of age.
    ///
    /// @param file absolute
    /// @param format of what is in it
    /// @param identity age's secret key
    record Sops(String file, Format format, Credential identity) implements SecretStore {
        /// What SOPS keeps the values in.
        public enum Format {
            YAML,
            JSON,
            DOTENV
        }

        @Override
        public String word() {
            return "sops";
        }
    }

    /// The versioned key-value engine of HashiCorp Vault, and of what speaks like it.
    ///
    /// @param address `https://host:port`, without a path
    /// @param namespace empty for none
    /// @param authority file of the certificates that are believed, absolute; empty for those of
    ///   the Java runtime
    /// @param mount of the engine
    /// @param path of the secret that is meant when a reference names none
    /// @param patience how long one answer may take
    record Vault(
            String address,
            String namespace,
            String authority,
            String mount,
            String path,
            Login login,
            Duration patience,
            Duration keep)
            implements Remote {
        @Override
        public String word() {
            return "vault";
        }

        /// How one proves to Vault who one is.
        public sealed interface Login {
            /// With a token that somebody else made: it is renewed, and never revoked.
            record Token(Credential token) implements Login {}

            /// As a program, by AppRole.
            ///
            /// @param secretId null where the role asks for none
            record AppRole(String mount, String roleId, @Nullable Credential secretId)
                    implements Login {}

            /// With the token of a Kubernetes service account.
            record Kubernetes(String mount, String role, Credential jwt) implements Login {}
        }
    }

    /// Secrets of a Kubernetes cluster.
    ///
    /// @param kubeconfig absolute; empty for the service account that the control plane runs as
    /// @param context of the kubeconfig; empty for its current one
    /// @param namespace empty for that of the context or service account
    /// @param name of the secret that is meant when a reference names none
    record Kubernetes(
            String kubeconfig, String context, String namespace, String name, Duration keep)
            implements Remote {
        @Override
        public String word() {
            return "kubernetes";
        }
    }
}
