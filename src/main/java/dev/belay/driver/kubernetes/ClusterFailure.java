package dev.belay.driver.kubernetes;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What an API server answered in place of what was asked for.
final class ClusterFailure extends RuntimeException {
    private static final int MAX = 2000;

    private final int status;
    private final String reason;

    ClusterFailure(int status, String reason, String message) {
        super(message);
        this.status = status;
        this.reason = reason;
    }

    static ClusterFailure of(Wire.Reply reply) {
        try {
            JsonNode said = JsonMapper.shared().readTree(reply.body());
            String message = said.path("message").asString("");
            if (!message.isEmpty()) {
                return new ClusterFailure(
                        reply.status(), said.path("reason").asString(""), cut(message));
            }
        } catch (JacksonException notJson) {
            // Then it is what somebody in between answered, such as a proxy.
        }
        return new ClusterFailure(
                reply.status(), "", "status " + reply.status() + ": " + cut(reply.body().strip()));
    }

    private static String cut(String text) {
        return text.length() <= MAX ? text : text.substring(0, MAX) + "…";
    }

    int status() {
        return status;
    }

    boolean isMissing() {
        return status == 404;
    }

    /// Somebody else was faster, or it is another object by now.
    boolean isConflict() {
        return status == 409;
    }

    boolean isGone() {
        return status == 410;
    }

    /// Whether the same may be taken another time, without anybody doing anything.
    boolean isPassing() {
        return status == 429 || status >= 500;
    }

    /// In the words of the cluster.
    String said() {
        return "the cluster says: " + getMessage();
    }

    /// What to do about it.
    String hint() {
        String said = String.valueOf(getMessage());
        if (status == 401) {
            return "give the kubeconfig a token or certificate that the cluster knows";
        }
        if (said.contains("exceeded quota")) {
            return "raise the namespace's quota, or release with fewer instances";
        }
        if (said.contains("admission webhook") || said.contains("denied the request")) {
            return "do what the cluster's policy asks for, or ask who keeps it";
        }
        if (status == 403) {
            return "give the account of the kubeconfig a Role that allows it";
        }
        return reason.isEmpty() ? "see to its API server" : "";
    }
}
