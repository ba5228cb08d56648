package dev.belay.driver.place;

import dev.belay.driver.WrittenLines;
import dev.belay.driver.kubernetes.PodLogs;
import dev.belay.release.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Lines of this host and of clusters, wherever a component has run.
public final class PlacedLines implements WrittenLines {
    private final WrittenLines host;
    private final PodLogs pods;

    public PlacedLines(WrittenLines host, PodLogs pods) {
        this.host = host;
        this.pods = pods;
    }

    @Override
    public List<Line> last(List<Scope> scopes, String instance, int lines) throws IOException {
        var all = new ArrayList<>(host.last(scopes, instance, lines));
        all.addAll(pods.last(scopes, instance, lines));
        return all.subList(Math.max(0, all.size() - lines), all.size());
    }

    @Override
    public Following follow(Scope scope) throws IOException {
        Following ofHost = host.follow(scope);
        Following ofPods = pods.follow(scope);
        return () -> {
            var all = new ArrayList<>(ofHost.poll());
            all.addAll(ofPods.poll());
            return all;
        };
    }
}
