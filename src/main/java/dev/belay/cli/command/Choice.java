package dev.belay.cli.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/// What of a platform a plan is about.
final class Choice {
    /// Planning builds what has changed, and builds take their time.
    static final Duration BUILD = Duration.ofMinutes(30);

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "Only these components or groups, or a datastore's own schema.")
    private List<String> only = new ArrayList<>();

    @Option(
            names = "--skip",
            paramLabel = "NAME",
            split = ",",
            description = "Not these components, groups, schemas or phases; written down.")
    private List<String> skip = new ArrayList<>();

    @Option(
            names = "--remove",
            paramLabel = "NAME",
            split = ",",
            description = "End this component, which the manifest no longer has, and nothing else.")
    private List<String> remove = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change the manifest for this once: components.api.instances=3.")
    private List<String> set = new ArrayList<>();

    @Option(
            names = "--accept-no-way-back",
            description = "Agree, with a reason, to a release that nobody can go back from.")
    private boolean oneWay;

    @Option(
            names = "--contract",
            description = "Bring, with a reason, the contract steps that waited.")
    private boolean contract;

    @Option(
            names = "--until",
            paramLabel = "DAY",
            description =
                    "Last day of an exception, as 2026-12-06; a week from now, if not said, and a month at most.")
    private String until = "";

    void into(Map<String, Object> body) {
        body.put("only", only);
        body.put("skip", skip);
        body.put("remove", remove);
        body.put("set", set);
        if (!until.isEmpty()) {
            body.put("until", until);
        }
        if (oneWay) {
            body.put("acceptNoWayBack", true);
        }
        if (contract) {
            body.put("contract", true);
        }
    }
}
