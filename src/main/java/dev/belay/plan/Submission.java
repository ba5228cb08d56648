package dev.belay.plan;

import dev.belay.release.Digest;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// The releases that one request comes to. Independent of each other, so that one failing leaves
/// the rest.
///
/// @param plans one for each release; empty when there is nothing to do
/// @param unchanged component to why nothing happens to it
/// @param digest over everything here: who approves or deploys by it means exactly this
public record Submission(
        String platform,
        String environment,
        String manifestDigest,
        List<Plan> plans,
        SortedMap<String, String> unchanged,
        Digest digest) {
    public Submission {
        plans = List.copyOf(plans);
        unchanged = Collections.unmodifiableSortedMap(new TreeMap<>(unchanged));
    }

    static Submission of(
            String platform,
            String environment,
            String manifestDigest,
            List<Plan> plans,
            SortedMap<String, String> unchanged) {
        Digest digest = PlanJson.digestOf(platform, environment, manifestDigest, plans, unchanged);
        return new Submission(platform, environment, manifestDigest, plans, unchanged, digest);
    }
}
