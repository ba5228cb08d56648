package dev.belay.manifest;

import dev.belay.release.Health.StatusRange;
import dev.belay.release.SmokeTest;
import java.util.List;

/// That a smoke test asks as one tenant for another's data.
///
/// @param as the tenant as whom it asks
/// @param of the tenant whose data it asks for
public record TenantProbe(String as, String of) {
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int GOOD_FROM = 200;
    private static final int GOOD_TO = 299;

    /// Whether a test of requests ends with one that must be refused, as forbidden or as not there.
    /// That nobody is signed in (401) proves nothing of tenants.
    public static boolean endsRefused(SmokeTest test) {
        return test instanceof SmokeTest.HttpScenario scenario
                && isRefused(scenario.exchanges().getLast().status());
    }

    /// Whether an earlier request of it must be answered: else a token that opens nothing at all
    /// would look like a wall between tenants.
    public static boolean isLetInFirst(SmokeTest test) {
        if (!(test instanceof SmokeTest.HttpScenario scenario)) {
            return false;
        }
        List<SmokeTest.Exchange> all = scenario.exchanges();
        return all.subList(0, all.size() - 1).stream()
                .map(SmokeTest.Exchange::status)
                .anyMatch(status -> status.low() >= GOOD_FROM && status.high() <= GOOD_TO);
    }

    private static boolean isRefused(StatusRange status) {
        return status.low() >= FORBIDDEN && status.high() <= NOT_FOUND;
    }
}
