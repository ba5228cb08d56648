package dev.belay.release;

/// Where an environment's images go, and as whom. Holds no password.
///
/// @param host with its port
/// @param prefix of its repositories; empty for none
/// @param user variable that says who one is; empty where the registry lets everybody in
/// @param password variable that proves it
/// @param insecure whether it speaks HTTP without TLS; only on this machine
public record ImageRegistry(
        String host, String prefix, String user, String password, boolean insecure) {
    /// What the images of its components begin with.
    public String place() {
        return prefix.isEmpty() ? host : host + "/" + prefix;
    }
}
