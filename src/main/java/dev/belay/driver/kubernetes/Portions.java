package dev.belay.driver.kubernetes;

import dev.belay.cluster.Audience;
import dev.belay.cluster.Backend;
import dev.belay.cluster.Line;
import dev.belay.release.Placement;
import dev.belay.release.Traffic;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// How a line's requests are dealt out in a cluster. Routes of a gateway give weights to a Service
/// of each revision; a Service by itself gives none, and what it can is to lead to more pods of one
/// revision than of another.
///
/// @param traffic as it is asked for
/// @param routed whether routes of a gateway lead to the component
record Portions(Traffic traffic, boolean routed) {
    static Portions of(Traffic traffic, Placement placement) {
        boolean gateway = placement.entry() instanceof Placement.Gateway;
        return new Portions(traffic, gateway && !traffic.rules().at().isEmpty());
    }

    /// Those that get anything.
    List<Traffic.Share> some() {
        return traffic.shares().stream().filter(one -> one.weight() > 0).toList();
    }

    /// Whether weights are numbers of instances.
    boolean isEven() {
        List<Traffic.Share> some = some();
        return some.stream()
                .allMatch(one ->
                        (long) one.weight() * some.getFirst().instances()
                                == (long) some.getFirst().weight() * one.instances());
    }

    /// Whether routes carry the weights, as no numbers of pods could.
    boolean isWeighted() {
        return routed && some().size() > 1 && !isEven();
    }

    /// The share that has most; of several the one with most instances, the first of these.
    private Traffic.Share largest() {
        return some().stream()
                .sorted(
                        Comparator.comparingInt(Traffic.Share::weight)
                                .thenComparingInt(Traffic.Share::instances)
                                .reversed())
                .findFirst()
                .orElseThrow();
    }

    /// Who is behind the component's own Service. Where routes carry weights it has one revision
    /// alone, that with most: nobody inside of the cluster is to get more of the other one than was
    /// asked for.
    Audience audience() {
        return switch (some().size()) {
            case 0 -> nobody();
            case 1 -> new Audience.Revision(some().getFirst().revision());
            default ->
                    isWeighted()
                            ? new Audience.Revision(largest().revision())
                            : new Audience.Instances();
        };
    }

    /// No revision is called so.
    static Audience nobody() {
        return new Audience.Revision("nobody");
    }

    /// How many pods of each revision are behind the component's own Service: of the largest share
    /// all that it has, of each other one as many as its weight is worth, and never none.
    SequencedMap<String, Integer> numbers() {
        var numbers = new LinkedHashMap<String, Integer>();
        if (some().isEmpty()) {
            return numbers;
        }
        Traffic.Share most = largest();
        if (isWeighted()) {
            numbers.put(most.revision(), most.instances());
            return numbers;
        }
        for (Traffic.Share share : some()) {
            long worth = (long) share.weight() * most.instances() / most.weight();
            numbers.put(share.revision(), Math.clamp(worth, 1, share.instances()));
        }
        return numbers;
    }

    /// Whether exactly so many are to be behind it, and not just as many at least.
    boolean isExact() {
        return audience() instanceof Audience.Instances;
    }

    /// To whom routes lead.
    List<Backend> backends(Line line) {
        return isWeighted()
                ? some().stream().map(one -> Backend.of(one.revision(), one.weight())).toList()
                : List.of(Backend.of(line));
    }

    /// What became of it, for people: also where it is not what was asked for.
    String told() {
        Map<String, Integer> asked =
                some().stream()
                        .collect(
                                Collectors.toMap(
                                        Traffic.Share::revision,
                                        Traffic.Share::weight,
                                        Integer::sum,
                                        LinkedHashMap::new));
        if (isWeighted()) {
            return "routes send %s; who asks inside of the cluster gets `%s`"
                    .formatted(parts(asked), largest().revision());
        }
        return isEven()
                ? "its Service sends to exactly these"
                : ("its Service sends %s, by numbers of instances; by weights it would be %s, which"
                                + " takes more instances or a gateway of the cluster")
                        .formatted(parts(numbers()), parts(asked));
    }

    private static String parts(Map<String, Integer> weights) {
        double all = weights.values().stream().mapToInt(Integer::intValue).sum();
        return weights.entrySet().stream()
                .map(one ->
                        "%s %% to `%s`"
                                .formatted(
                                        Math.round(1000 * one.getValue() / all) / 10.0,
                                        one.getKey()))
                .map(text -> text.replace(".0 %", " %"))
                .collect(Collectors.joining(", "));
    }

    // --- as it is kept ------------------------------------------------------------------------

    /// `api-1:2:2,api-2:1:1`: revision, weight, instances.
    String written() {
        return traffic.shares().stream()
                .map(one -> one.revision() + ":" + one.weight() + ":" + one.instances())
                .sorted()
                .collect(Collectors.joining(","));
    }

    /// What a Service says that it was asked for.
    static List<Traffic.Share> read(JsonNode service) {
        return List.of(Trees.annotation(service, Bounds.SHARES).split(",", -1)).stream()
                .map(one -> one.split(":", -1))
                .filter(parts -> parts.length == 3)
                .map(parts ->
                        new Traffic.Share(
                                parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2])))
                .toList();
    }
}
