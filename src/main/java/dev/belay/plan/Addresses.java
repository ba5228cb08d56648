package dev.belay.plan;

import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.Traffic;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Requests of an entrance that somebody else has at this moment. The gateway would refuse the line
/// of whoever wants them too; better that nobody begins.
final class Addresses {
    private Addresses() {}

    private record Claim(String host, String path, Traffic.At rest) {
        static Set<Claim> of(Deployment deployment) {
            var claims = new HashSet<Claim>();
            for (Traffic line : deployment.traffic()) {
                for (Traffic.At at : line.rules().at()) {
                    var rest =
                            new Traffic.At(
                                    new Traffic.Entrance(at.entrance().name(), 0),
                                    List.of(),
                                    List.of(),
                                    at.methods(),
                                    at.headers());
                    List<String> paths = at.paths().isEmpty() ? List.of("/") : at.paths();
                    for (String host : at.hosts().isEmpty() ? List.of("*") : at.hosts()) {
                        paths.forEach(path -> claims.add(new Claim(host, path, rest)));
                    }
                }
            }
            return claims;
        }
    }

    static void check(Map<String, Change> changes, Inventory inventory, List<Problem> problems) {
        for (Change change : changes.values()) {
            Set<Claim> wanted = Claim.of(change.goal());
            if (wanted.isEmpty()) {
                continue;
            }
            inventory
                    .components()
                    .forEach((name, component) -> {
                        if (!name.equals(change.name()) && !component.history().isEmpty()) {
                            Deployment now = component.history().getFirst().deployment();
                            Claim.of(now).stream()
                                    .filter(wanted::contains)
                                    .forEach(claim -> problems.add(taken(change, name, claim)));
                        }
                    });
        }
    }

    private static Problem taken(Change change, String holder, Claim claim) {
        return new Problem(
                "plan/route-taken",
                new Place.Named("`" + change.name() + "`"),
                "`%s%s` of the entrance `%s` belongs to `%s` as it runs now"
                        .formatted(
                                claim.host(), claim.path(), claim.rest().entrance().name(), holder),
                "release `" + holder + "` without it first, by itself");
    }
}
