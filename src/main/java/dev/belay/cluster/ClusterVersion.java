package dev.belay.cluster;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The version of a cluster's API server: which objects it knows, and which of their fields.
public record ClusterVersion(int major, int minor) implements Comparable<ClusterVersion> {
    /// The oldest that anything here is for.
    public static final ClusterVersion OLDEST = new ClusterVersion(1, 20);

    /// Assumed where nobody knows: everything used for it is in every newer one.
    public static final ClusterVersion USUAL = new ClusterVersion(1, 30);

    /// `1.29`, `v1.29.4`, `v1.29.4+k3s1`, `v1.28.9-eks-036c24b`, `1.27+`.
    private static final Pattern SHAPE =
            Pattern.compile("v?(\\d{1,3})\\.(\\d{1,4})(?:[.+-][0-9A-Za-z.+_-]{0,100})?");

    /// Reads a version as people and API servers write it; empty when it is none, or older than
    /// [#OLDEST].
    public static Optional<ClusterVersion> parse(String text) {
        Matcher match = SHAPE.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        var version =
                new ClusterVersion(
                        Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2)));
        return version.compareTo(OLDEST) < 0 ? Optional.empty() : Optional.of(version);
    }

    /// Whether it is 1.`wanted` or newer.
    boolean has(int wanted) {
        return major > 1 || minor >= wanted;
    }

    // What came when, in the order in which it came.

    /// By which version what runs by the clock is written.
    public String cronJobs() {
        return has(21) ? "batch/v1" : "batch/v1beta1";
    }

    /// By which version disruption budgets are written.
    public String disruptionBudgets() {
        return has(21) ? "policy/v1" : "policy/v1beta1";
    }

    /// Whether ended jobs can be removed by themselves.
    boolean removesEndedJobs() {
        return has(21);
    }

    /// By which version autoscalers are written.
    public String autoscalers() {
        return has(23) ? "autoscaling/v2" : "autoscaling/v2beta2";
    }

    /// Whether the kubelet can ask by gRPC.
    boolean probesGrpc() {
        return has(24);
    }

    /// Whether a schedule may name a zone of its own.
    public boolean knowsZones() {
        return has(25);
    }

    /// By which version routes of gateways are written.
    public String routes() {
        return has(25) ? "gateway.networking.k8s.io/v1" : "gateway.networking.k8s.io/v1beta1";
    }

    /// Whether a budget may let go of what is not ready anyway.
    boolean evictsUnready() {
        return has(27);
    }

    /// Whether the kubelet can wait by itself before it ends a container.
    boolean sleeps() {
        return has(30);
    }

    @Override
    public int compareTo(ClusterVersion other) {
        int majors = Integer.compare(major, other.major);
        return majors != 0 ? majors : Integer.compare(minor, other.minor);
    }

    /// `1.29`.
    @Override
    public String toString() {
        return major + "." + minor;
    }
}
