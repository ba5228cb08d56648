package dev.belay.driver.vault;

import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.secrets.StoreTalk;
import tools.jackson.databind.JsonNode;

/// What Vault's statuses mean, where they mean the same whatever was asked. Vault's own words are
/// looked at and never passed on: they may repeat what was sent.
final class VaultFailures {
    private VaultFailures() {}

    static SecretFailure of(StoreTalk.Answer answer) {
        return switch (answer.status()) {
            case 503 ->
                    says(answer, "sealed")
                            ? SecretFailure.away(
                                    "Vault is sealed", "unseal it: `vault operator unseal`")
                            : SecretFailure.away(
                                    "Vault cannot be used now (status 503)", "see `vault status`");
            case 501 ->
                    SecretFailure.away(
                            "Vault is not initialised", "initialise it: `vault operator init`");
            case 301, 302, 307, 308 ->
                    SecretFailure.away(
                            "this Vault is a standby that sends Belay to another address",
                            "name the active node, or what stands before all of them, by `address`:"
                                    + " the token is carried nowhere else");
            case 472, 473 ->
                    SecretFailure.away(
                            "this Vault is a standby of another (status " + answer.status() + ")",
                            "name the active one by `address`");
            case 429 ->
                    SecretFailure.away(
                            "Vault says that it is asked too often", "raise its rate limit quota");
            case 412 -> SecretFailure.away("this Vault lags behind", "ask again in a moment");
            case 400 ->
                    SecretFailure.refused(
                            "Vault does not understand the request (status 400)",
                            "see whether `namespace`, `mount` and `auth` are what Vault has");
            default ->
                    answer.status() >= 500
                            ? SecretFailure.away(
                                    says(answer, "active")
                                            ? "this Vault is a standby, and none is active"
                                            : "Vault failed (status " + answer.status() + ")",
                                    "see `vault status` and its log")
                            : SecretFailure.refused(
                                    "Vault answered with status " + answer.status(),
                                    "see whether it is Vault that listens at `address`");
        };
    }

    /// Whether one of its errors has these words.
    static boolean says(StoreTalk.Answer answer, String words) {
        for (JsonNode error : answer.body().path("errors")) {
            if (error.asString("").contains(words)) {
                return true;
            }
        }
        return false;
    }
}
