package dev.belay.manifest;

import dev.belay.manifest.shape.Row;
import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import java.util.List;

/// Whether an environment's canaries can go on as it says, and whether there are requests to give
/// them a part of.
final class CanaryCheck {
    private static final String PERCENTAGE = "[0-9]{1,5}%";
    private static final int ALL = 100;
    private static final List<String> COMPARED = List.of("error-rate", "latency");

    private final Effective effective;
    private final Complaints complaints;

    CanaryCheck(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
    }

    void check() {
        Node.Mapping rollout = Effective.mapping(effective.own(), "rollout");
        int before = 0;
        for (Node.Scalar step : Texts.of(rollout.get(CanarySections.STEPS.name()))) {
            int percent = percent(step);
            if (percent >= 0 && (percent <= before || percent >= ALL)) {
                complaints.add(
                        Code.WRONG_VALUE,
                        step.mark(),
                        "the steps of a canary must grow and stay between `1%` and `99%`",
                        "write them as `[1%, 10%, 50%]`; after the last it gets all requests");
            }
            before = Math.max(before, percent);
        }
        checkTimes(rollout);
        checkCompared(rollout);
        effective.components().forEach(this::check);
    }

    private void checkTimes(Node.Mapping rollout) {
        Node written = rollout.get(CanarySections.MOST.name());
        Node other = rollout.get(CanarySections.LEAST.name());
        if (complaints.isEmpty() && (written != null || other != null)) {
            var row = new Row(rollout);
            if (row.get(CanarySections.MOST).compareTo(row.get(CanarySections.LEAST)) < 0) {
                complaints.add(
                        Code.WRONG_VALUE,
                        (written == null ? rollout : written).mark(),
                        "`step-limit` is shorter than `step-time`: no step could end in time",
                        "make `step-limit` the longer of both");
            }
        }
    }

    private void checkCompared(Node.Mapping rollout) {
        Node.Mapping on = Effective.mapping(effective.own(), "roll-back-on");
        boolean all = isCanary(rollout);
        boolean compares =
                all || effective.components().values().stream().anyMatch(CanaryCheck::isCanary);
        if (!compares) {
            COMPARED.forEach(key -> aimless(on, key));
            aimless(rollout, PrometheusSections.KEY.name());
        }
        for (Node.Scalar loop : Texts.of(on.get(CanarySections.CRASH_LOOP.name()))) {
            if (loop.text().equalsIgnoreCase("false")) {
                complaints.add(
                        Code.WRONG_VALUE,
                        loop.mark(),
                        "a crash loop turns a release back in any case",
                        "leave `crash-loop` out");
            }
        }
    }

    private void aimless(Node.Mapping map, String key) {
        Node.Entry entry = map.entries().get(key);
        if (entry != null) {
            complaints.add(
                    Code.NOT_YET,
                    entry.key(),
                    "`%s` is for a canary beside the old revision, and nothing here is a canary"
                            .formatted(key),
                    "say `rollout: {strategy: canary}`");
        }
    }

    private static boolean isCanary(Node.Mapping map) {
        return map.get("strategy") instanceof Node.Scalar scalar && scalar.text().equals("canary");
    }

    private void check(String name, Node.Mapping component) {
        for (Node.Scalar strategy : Texts.of(component.get("strategy"))) {
            boolean served =
                    component.get("kind") instanceof Node.Scalar kind
                            && !kind.text().equals("worker");
            if (strategy.text().equals("canary") && !served) {
                complaints.add(
                        Code.WRONG_VALUE,
                        strategy.mark(),
                        "`%s` gets no requests that a canary could have a part of".formatted(name),
                        "choose another `strategy` for it");
            }
        }
    }

    /// Negative where something else is written, which is complained about elsewhere.
    private static int percent(Node.Scalar written) {
        String text = written.text();
        return text.matches(PERCENTAGE)
                ? Integer.parseInt(text.substring(0, text.length() - 1))
                : -1;
    }
}
