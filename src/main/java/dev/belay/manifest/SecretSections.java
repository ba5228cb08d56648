package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.PATH_ANYWHERE;
import static dev.belay.manifest.shape.Shapes.SECRET_KEY;
import static dev.belay.manifest.shape.Shapes.SECRET_PATH;
import static dev.belay.manifest.shape.Shapes.VARIABLE;
import static dev.belay.manifest.shape.Shapes.VAULT_ADDRESS;
import static dev.belay.manifest.shape.Shapes.as;
import static dev.belay.manifest.shape.Shapes.either;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.listOrMap;
import static dev.belay.manifest.shape.Shapes.map;
import static dev.belay.manifest.shape.Shapes.whole;
import static dev.belay.manifest.shape.Shapes.words;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.Credential;
import dev.belay.release.SecretReference;
import dev.belay.release.SecretStore;
import dev.belay.release.SecretStore.Vault.Login;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/// Where the secrets of an environment are kept, and which variables get their values from there.
final class SecretSections {
    private static final int VERSION_MAX = 1_000_000;

    // --- what opens a store ------------------------------------------------------------------

    private static final Key<String> FROM_VARIABLE =
            Key.of("variable", VARIABLE, "Variable that holds it, set beside the control plane.");
    private static final Key<String> FROM_FILE =
            Key.of("file", PATH_ANYWHERE, "File that holds it, and that only its owner can read.");

    static final Fields<Row> CREDENTIAL =
            Fields.of(
                    "credential",
                    "What opens a store of secrets, or a Prometheus: where it lies, never what it is.",
                    "{file: /run/secrets/vault-token}",
                    List.of(FROM_VARIABLE, FROM_FILE),
                    List.of("variable", "file"),
                    row -> row);

    // --- Vault -------------------------------------------------------------------------------

    private static final Key<Row> TOKEN =
            Key.of("token", CREDENTIAL, "A token that somebody made: renewed, never revoked.");

    private static final Key<String> ROLE_ID =
            Key.of("role-id", SECRET_KEY, "The role's id.").asRequired();
    private static final Key<Row> SECRET_ID =
            Key.of("secret-id", CREDENTIAL, "Its secret id, where the role asks for one.");
    private static final Key<String> APPROLE_MOUNT =
            Key.of("mount", SECRET_PATH, "Where the method is mounted.").fallback("approle");
    private static final Key<Row> APPROLE =
            Key.of(
                    "approle",
                    Fields.of(
                            "vault-approle",
                            "How Belay logs in to Vault by AppRole.",
                            "{role-id: 7c2a91f0, secret-id: {variable: VAULT_SECRET_ID}}",
                            List.of(ROLE_ID, SECRET_ID, APPROLE_MOUNT),
                            List.of(),
                            row -> row),
                    "By AppRole.");

    private static final Key<String> ROLE =
            Key.of("role", SECRET_KEY, "The role that Vault binds to the account.").asRequired();
    private static final Key<String> JWT =
            Key.of("jwt", PATH_ANYWHERE, "File of the service account's token.")
                    .fallback("/var/run/secrets/kubernetes.io/serviceaccount/token");
    private static final Key<String> KUBERNETES_MOUNT =
            Key.of("mount", SECRET_PATH, "Where the method is mounted.").fallback("kubernetes");
    private static final Key<Row> BY_ACCOUNT =
            Key.of(
                    "kubernetes",
                    Fields.of(
                            "vault-kubernetes",
                            "How Belay logs in to Vault as a service account of Kubernetes.",
                            "{role: belay}",
                            List.of(ROLE, JWT, KUBERNETES_MOUNT),
                            List.of(),
                            row -> row),
                    "As a service account of Kubernetes.");

    private static final Key<Row> AUTH =
            Key.of(
                            "auth",
                            Fields.of(
                                    "vault-auth",
                                    "How Belay proves to Vault who it is.",
                                    "{token: {variable: VAULT_TOKEN}}",
                                    List.of(TOKEN, APPROLE, BY_ACCOUNT),
                                    List.of("token", "approle", "kubernetes"),
                                    row -> row),
                            "How Belay logs in.")
                    .asRequired();
    private static final Key<String> ADDRESS =
            Key.of(
                            "address",
                            VAULT_ADDRESS,
                            "Where it listens, without a path; plain `http` only on this machine.")
                    .asRequired();
    private static final Key<String> VAULT_NAMESPACE =
            Key.of("namespace", SECRET_PATH, "Namespace of Vault Enterprise or HCP.");
    private static final Key<String> CA =
            Key.of("ca", PATH_ANYWHERE, "PEM file of the authorities that are believed.");
    private static final Key<String> MOUNT =
            Key.of("mount", SECRET_PATH, "Where the engine, KV version 2, is mounted.")
                    .fallback("secret");
    private static final Key<String> PATH =
            Key.of("path", SECRET_PATH, "The secret of variables that name no other.");
    private static final Key<Duration> TIMEOUT =
            Key.of("timeout", DURATION, "How long one answer may take.").fallback("5s");
    private static final Key<Duration> KEEP =
            Key.of(
                            "keep",
                            DURATION,
                            "How long instances are started again with what was read last while the"
                                    + " store is away; in memory only.")
                    .fallback("1h");

    private static final Key<Row> VAULT =
            Key.of(
                    "vault",
                    Fields.of(
                            "vault",
                            "The versioned key-value engine (KV version 2) of HashiCorp Vault.",
                            "{address: \"https://vault.example.org:8200\", path: shop/production, auth:"
                                    + " {approle: {role-id: 7c2a91f0, secret-id: {variable:"
                                    + " VAULT_SECRET_ID}}}}",
                            List.of(ADDRESS, AUTH, VAULT_NAMESPACE, CA, MOUNT, PATH, TIMEOUT, KEEP),
                            List.of(),
                            row -> row),
                    "HashiCorp Vault, KV version 2.");

    // --- SOPS --------------------------------------------------------------------------------

    private static final Key<String> SOPS_FILE =
            Key.of("file", PATH_ANYWHERE, "The encrypted file.").asRequired();
    private static final Key<String> FORMAT =
            Key.of(
                    "format",
                    words("yaml", "json", "dotenv"),
                    "What is in it; by default the name's ending says it.");
    private static final Key<Row> IDENTITY =
            Key.of(
                    "identity",
                    CREDENTIAL,
                    "age's secret key, `AGE-SECRET-KEY-1…`; by default the variable `SOPS_AGE_KEY`.");
    private static final Key<Row> SOPS =
            Key.of(
                    "sops",
                    Fields.of(
                            "sops",
                            "A file that SOPS encrypted to keys of age.",
                            "{file: secrets/production.enc.yaml, identity: {file: /etc/belay/age.key}}",
                            List.of(SOPS_FILE, FORMAT, IDENTITY),
                            List.of(),
                            row -> row),
                    "A file of SOPS, encrypted to age.");

    // --- Kubernetes --------------------------------------------------------------------------

    private static final Key<String> KUBECONFIG =
            Key.of(
                    "kubeconfig",
                    PATH_ANYWHERE,
                    "Its file; by default the service account that the control plane runs as.");
    private static final Key<String> CONTEXT =
            Key.of("context", SECRET_KEY, "Context of the kubeconfig; else its current one.");
    private static final Key<String> NAMESPACE =
            Key.of("namespace", SECRET_KEY, "By default that of the context or account.");
    private static final Key<String> SECRET =
            Key.of("secret", SECRET_KEY, "The Secret of variables that name no other.");
    private static final Key<Row> KUBERNETES =
            Key.of(
                    "kubernetes",
                    Fields.of(
                            "kubernetes-secrets",
                            "Secrets of a Kubernetes cluster.",
                            "{namespace: shop, secret: api}",
                            List.of(KUBECONFIG, CONTEXT, NAMESPACE, SECRET, KEEP),
                            List.of(),
                            row -> row),
                    "Secrets of Kubernetes.");

    // --- a source ----------------------------------------------------------------------------

    private static final Key<String> FOLDER =
            Key.of("folder", PATH_ANYWHERE, "Folder with a file for each secret.");
    private static final Key<String> DOTENV =
            Key.of("dotenv", PATH_ANYWHERE, "File of `NAME=value` lines.");

    private static final Key<String> REFERENCE_PATH =
            Key.of("path", SECRET_PATH, "Secret of Vault or Kubernetes that has the key.");
    private static final Key<String> REFERENCE_KEY =
            Key.of("key", SECRET_KEY, "Its name in the store; by default the variable's own.");
    private static final Key<Integer> REFERENCE_VERSION =
            Key.of(
                    "version",
                    whole(1, VERSION_MAX, "a version, such as `3`"),
                    "A fixed version of Vault's, in place of the newest.");

    /// What becomes a reference when the variable is known.
    private interface Written {
        SecretReference of(String variable);
    }

    private static final Fields<Written> REFERENCE =
            Fields.of(
                    "secret-reference",
                    "Which secret of a store a variable's value is.",
                    "{path: shop/payments, key: stripe, version: 3}",
                    List.of(REFERENCE_PATH, REFERENCE_KEY, REFERENCE_VERSION),
                    List.of(),
                    row -> variable -> reference(row, variable));

    private static final Key<SequencedMap<String, SecretReference>> VARIABLES =
            Key.of(
                            "variables",
                            listOrMap(
                                    as(list(VARIABLE, 1), SecretSections::byTheirNames),
                                    as(
                                            map(
                                                    VARIABLE,
                                                    either(
                                                            as(
                                                                    SECRET_KEY,
                                                                    key ->
                                                                            (Written)
                                                                                    _ ->
                                                                                            new SecretReference(
                                                                                                    key)),
                                                            REFERENCE)),
                                            SecretSections::references)),
                            "Which variables come from here, and from nowhere else: a list, or each with its"
                                    + " key in the store.")
                    .asRequired();

    private static final Fields<Row> SOURCE =
            Fields.of(
                    "secret-source",
                    "A store of secrets, and which variables get their values from it.",
                    "{folder: /run/secrets, variables: [JWT_SECRET]}",
                    List.of(FOLDER, DOTENV, VAULT, SOPS, KUBERNETES, VARIABLES),
                    List.of("folder", "dotenv", "vault", "sops", "kubernetes"),
                    row -> row);

    static final Key<SequencedMap<String, Row>> SECRETS =
            Key.of("secrets", map(NAME, SOURCE), "Stores of secrets by name.").fallback("{}");

    private SecretSections() {}

    static SecretSource source(String name, Row row, Path folder) {
        return new SecretSource(
                name, store(row, folder), row.get(VARIABLES), new NodeSource(row.map()));
    }

    private static SecretStore store(Row row, Path folder) {
        return row.find(FOLDER)
                .<SecretStore>map(path -> new SecretStore.Folder(absolute(folder, path)))
                .or(() ->
                        row.find(DOTENV)
                                .map(path -> new SecretStore.Dotenv(absolute(folder, path))))
                .or(() -> row.find(SOPS).map(sops -> sops(sops, folder)))
                .or(() -> row.find(VAULT).map(vault -> vault(vault, folder)))
                .or(() -> row.find(KUBERNETES).map(cluster -> kubernetes(cluster, folder)))
                .orElseThrow();
    }

    private static SecretStore sops(Row row, Path folder) {
        String file = row.get(SOPS_FILE);
        String format = row.find(FORMAT).orElseGet(() -> ending(file));
        return new SecretStore.Sops(
                absolute(folder, file),
                SecretStore.Sops.Format.valueOf(format.toUpperCase(Locale.ROOT)),
                row.find(IDENTITY)
                        .map(identity -> credential(identity, folder))
                        .orElse(new Credential.Variable("SOPS_AGE_KEY")));
    }

    private static String ending(String file) {
        return file.endsWith(".json") ? "json" : file.endsWith(".env") ? "dotenv" : "yaml";
    }

    private static SecretStore vault(Row row, Path folder) {
        String address = row.get(ADDRESS);
        return new SecretStore.Vault(
                address.endsWith("/") ? address.substring(0, address.length() - 1) : address,
                row.find(VAULT_NAMESPACE).orElse(""),
                row.find(CA).map(path -> absolute(folder, path)).orElse(""),
                row.get(MOUNT),
                row.find(PATH).orElse(""),
                login(row.get(AUTH), folder),
                row.get(TIMEOUT),
                row.get(KEEP));
    }

    private static Login login(Row row, Path folder) {
        return row.find(TOKEN)
                .<Login>map(token -> new Login.Token(credential(token, folder)))
                .or(() ->
                        row.find(APPROLE)
                                .map(role ->
                                        new Login.AppRole(
                                                role.get(APPROLE_MOUNT),
                                                role.get(ROLE_ID),
                                                role.find(SECRET_ID)
                                                        .map(id -> credential(id, folder))
                                                        .orElse(null))))
                .or(() ->
                        row.find(BY_ACCOUNT)
                                .map(account ->
                                        new Login.Kubernetes(
                                                account.get(KUBERNETES_MOUNT),
                                                account.get(ROLE),
                                                new Credential.File(
                                                        absolute(folder, account.get(JWT))))))
                .orElseThrow();
    }

    private static SecretStore kubernetes(Row row, Path folder) {
        return new SecretStore.Kubernetes(
                row.find(KUBECONFIG).map(path -> absolute(folder, path)).orElse(""),
                row.find(CONTEXT).orElse(""),
                row.find(NAMESPACE).orElse(""),
                row.find(SECRET).orElse(""),
                row.get(KEEP));
    }

    static Credential credential(Row row, Path folder) {
        return row.find(FROM_VARIABLE)
                .<Credential>map(Credential.Variable::new)
                .or(() ->
                        row.find(FROM_FILE)
                                .map(path -> new Credential.File(absolute(folder, path))))
                .orElseThrow();
    }

    static String absolute(Path folder, String path) {
        return folder.resolve(path).toAbsolutePath().normalize().toString();
    }

    private static SequencedMap<String, SecretReference> byTheirNames(List<String> names) {
        var all = new LinkedHashMap<String, SecretReference>();
        names.forEach(name -> all.put(name, new SecretReference(name)));
        return all;
    }

    private static SequencedMap<String, SecretReference> references(
            SequencedMap<String, Written> written) {
        var all = new LinkedHashMap<String, SecretReference>();
        written.forEach((name, one) -> all.put(name, one.of(name)));
        return all;
    }

    private static SecretReference reference(Row row, String variable) {
        return new SecretReference(
                row.find(REFERENCE_PATH).orElse(""),
                row.find(REFERENCE_KEY).orElse(variable),
                row.find(REFERENCE_VERSION).orElse(0));
    }
}
