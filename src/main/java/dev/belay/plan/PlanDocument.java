package dev.belay.plan;

import dev.belay.release.Dependency;
import dev.belay.release.Launch;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Migrations;
import dev.belay.release.Revision;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// A submission as a Markdown runbook: plan and rollback with the commands that do the same by
/// hand, for the day on which Belay itself is away. It names variables and files of variables, and
/// never holds a value.
///
/// It is printed before the fact, so it says how to find what it cannot know: process ids and ports
/// are looked up by the name that every instance carries in its environment.
public final class PlanDocument {
    private static final String SOCKET = ".belay/gateway.sock";

    private final StringBuilder text = new StringBuilder();
    private final Submission submission;
    private final List<String> flags;
    private final List<String> environmentFiles;

    private PlanDocument(Submission submission, List<String> flags, List<String> environmentFiles) {
        this.submission = submission;
        this.flags = flags;
        this.environmentFiles = environmentFiles;
    }

    public static String markdown(Submission submission, String date) {
        return markdown(submission, date, List.of(), List.of());
    }

    /// Writes the document.
    ///
    /// @param date as it is to be printed
    /// @param flags with which the plan was asked for
    /// @param environmentFiles the dotenv files that instances get their variables from
    public static String markdown(
            Submission submission, String date, List<String> flags, List<String> environmentFiles) {
        return new PlanDocument(submission, List.copyOf(flags), List.copyOf(environmentFiles))
                .write(date);
    }

    private String write(String date) {
        lines(
                "# " + submission.platform() + " in " + submission.environment(),
                "",
                "Plan `" + submission.digest() + "`, written " + date + ".",
                "Valid only while the environment is as it was then: compare the digest with that"
                        + " of a fresh `belay plan`.",
                "");
        if (submission.plans().isEmpty()) {
            lines("There is nothing to do.", "");
            return text.toString();
        }
        lines("With Belay at hand, all of it is one command:", "");
        shell(PlanText.command(submission, flags));
        lookAround();
        for (Plan plan : submission.plans()) {
            lines("## " + capital(plan.title()), "");
            forward(plan);
            backward(plan);
            launches(plan);
        }
        return text.toString();
    }

    private void lookAround() {
        lines("## Looking around while Belay is away", "");
        lines("Instances of a revision, with process id and port:", "");
        shell(
                "revision=…   # such as " + anyRevision(),
                "for p in $(grep -lz \"^BELAY_REVISION=$revision$\" /proc/[0-9]*/environ"
                        + " 2>/dev/null | cut -d/ -f3); do",
                "  echo \"$p $(tr '\\0' '\\n' < /proc/$p/environ | grep '^PORT=')\"",
                "done");
        lines("Who gets requests now:", "");
        shell("curl --unix-socket " + SOCKET + " http://gateway/routes");
    }

    private String anyRevision() {
        return submission.plans().stream()
                .flatMap(plan -> plan.desired().values().stream())
                .map(Deployment::revision)
                .filter(revision -> !revision.launch().command().isEmpty())
                .findFirst()
                .map(Revision::id)
                .orElse("api-3f9c1a2b7d10");
    }

    // --- there ------------------------------------------------------------------------------

    private void forward(Plan plan) {
        lines("### Plan", "");
        for (Step step : plan.steps()) {
            String after =
                    step.after().isEmpty()
                            ? ""
                            : " (after "
                                    + String.join(
                                            ", ",
                                            step.after().stream().map(String::valueOf).toList())
                                    + ")";
            lines(step.number() + ". " + step.title() + after, "");
            if (step.work() instanceof Work.Effect effect) {
                commands(plan, effect);
            } else {
                check(step.work());
            }
        }
        for (String warning : plan.warnings()) {
            lines("> Mind: " + warning, "");
        }
    }

    private void check(Work work) {
        switch (work) {
            case Work.Preflight preflight when !preflight.variables().isEmpty() -> {
                lines(
                        "   Must be set: `"
                                + String.join("`, `", new TreeSet<>(preflight.variables()))
                                + "`.",
                        "");
                preflight
                        .sources()
                        .forEach((name, source) ->
                                lines("   - `%s` comes from %s.".formatted(name, source)));
            }
            case Work.SmokePublic(int port, var _, var _) ->
                    shell("curl -fsS -o /dev/null -w '%{http_code}\\n' http://127.0.0.1:" + port);
            case Work.Foreseen(Revision revision, var _, var by, String printed) -> {
                shell(launch(revision, by.plan()));
                lines("   It printed for this plan:", "", "```", printed, "```", "");
            }
            case Work _ -> {}
        }
    }

    // --- back -------------------------------------------------------------------------------

    private void backward(Plan plan) {
        lines("### Rollback", "");
        PlanText.wayBack(plan).forEach(line -> lines("- " + line));
        lines("", "Undo only what was begun, from the last step back to the first:", "");
        for (Step step : plan.steps().reversed()) {
            switch (step.undo()) {
                case Undo.Apply(Work.Effect effect, var _) -> {
                    lines("- undo of step " + step.number() + ": " + PlanText.words(effect), "");
                    commands(plan, effect);
                }
                case Undo.Nothing(String why) -> {
                    if (step.work() instanceof Work.Effect) {
                        lines("- undo of step " + step.number() + ": nothing, " + why, "");
                    }
                }
                case Undo.Impossible(String why) ->
                        lines("- **no way back past step " + step.number() + "**: " + why, "");
            }
        }
        lines("Legal targets of a later rollback:", "");
        PlanText.targets(plan).forEach(line -> lines("- " + line));
        lines("");
    }

    private void commands(Plan plan, Work.Effect effect) {
        switch (effect) {
            case Work.Scale(Revision revision, int instances) -> scale(revision, instances);
            case Work.Route(String component, Traffic traffic, var _)
                    when traffic.equals(Traffic.NOWHERE) ->
                    shell(
                            "token=…   # greater than the `last` that the table shows for "
                                    + component,
                            ("curl --unix-socket %s -X DELETE --data '{\"token\":'$token'}'"
                                            + " http://gateway/routes/%s/%s")
                                    .formatted(SOCKET, plan.environment(), component));
            case Work.Route(String component, Traffic traffic, var _) ->
                    shell(
                            "token=…   # greater than the `last` that the table shows for "
                                    + component,
                            ("curl --unix-socket %s -X PUT --data-binary @-"
                                            + " http://gateway/routes/%s/%s <<END")
                                    .formatted(SOCKET, plan.environment(), component),
                            body(traffic),
                            "END");
            case Work.Shut(String component, var _, var maintenance) ->
                    shell(
                            "curl --unix-socket %s -X PUT --data '%s' http://gateway/doors/%s/%s"
                                    .formatted(
                                            SOCKET,
                                            "{\"maintenance\":{\"retryAfterSeconds\":%d}}"
                                                    .formatted(maintenance.lasting().toSeconds()),
                                            plan.environment(),
                                            component));
            case Work.Open(String component) ->
                    shell(
                            "curl --unix-socket %s -X DELETE --data '{}' http://gateway/doors/%s/%s"
                                    .formatted(SOCKET, plan.environment(), component));
            case Work.Publish(Revision revision) ->
                    shell("ls .belay/artifacts/unpacked/" + revision.artifact().hex());
            case Work.Migrate(Migrations to, var _) ->
                    shell(
                            "tar tf .belay/artifacts/archives/" + to.files().hex() + ".tar",
                            "psql \""
                                    + to.datastore().url()
                                    + "\"   # then each file in its order");
            case Work.TakeBack(String set, Dependency datastore, var _, boolean _) ->
                    shell(
                            "psql \""
                                    + datastore.url()
                                    + "\" -c \"SELECT version, down_text FROM"
                                    + " belay_ledger.migration WHERE set_name = '"
                                    + set
                                    + "'\"");
            case Work.MigrateByCommand(Revision revision, var _, MigrationCommands by) -> {
                if (!by.status().isEmpty()) {
                    lines("   Note what the first prints; the way back needs it.", "");
                    shell(launch(revision, by.status()));
                }
                shell(launch(revision, by.up()));
            }
            case Work.TakeBackByCommand(Revision revision, var _, MigrationCommands by) -> {
                shell(launch(revision, by.status()));
                if (!by.down().isEmpty()) {
                    lines("   Only when that is not what it printed before:", "");
                    shell("export BELAY_MIGRATED_FROM=…", launch(revision, by.down()));
                }
            }
            case Work.RunJob(Revision revision, var _) -> shell(launch(revision));
        }
    }

    /// What the gateway takes; ports and folders that only the day itself knows are left to fill
    /// in.
    private static String body(Traffic traffic) {
        var shares = new ArrayList<String>();
        for (Traffic.Share share : traffic.shares()) {
            var members = new ArrayList<String>();
            for (int number = 1; number <= share.instances(); number++) {
                members.add(
                        "{\"id\":\"%s-%d\",\"host\":\"127.0.0.1\",\"port\":…}"
                                .formatted(share.revision(), number));
            }
            String backend =
                    members.isEmpty()
                            ? "\"root\":\"$PWD/…\""
                            : "\"members\":[" + String.join(",", members) + "]";
            shares.add(
                    "{\"revision\":\"%s\",\"weight\":%d,%s}"
                            .formatted(share.revision(), share.weight(), backend));
        }
        String at =
                traffic.rules().at().isEmpty()
                        ? ""
                        : ",\"at\":["
                                + traffic.rules().at().stream()
                                        .map(one -> JsonOut.text(out -> WorkJson.write(out, one)))
                                        .collect(Collectors.joining(","))
                                + "]";
        Traffic.Rules rules = traffic.rules();
        String more =
                (rules.slowStart().isZero()
                                ? ""
                                : ",\"slowStartMillis\":" + rules.slowStart().toMillis())
                        + (rules.sticky() ? ",\"sticky\":true" : "");
        return "{\"token\":$token,\"port\":%d,\"shares\":[%s]%s%s}"
                .formatted(traffic.port(), String.join(",", shares), at, more);
    }

    private void scale(Revision revision, int instances) {
        Launch.Stop stop = revision.launch().stop();
        if (instances > 0) {
            lines("   " + instances + " must run; each that is missing is started so:", "");
            shell(launch(revision));
            return;
        }
        shell(
                "revision=" + revision.id(),
                "for p in $(grep -lz \"^BELAY_REVISION=$revision$\" /proc/[0-9]*/environ"
                        + " 2>/dev/null | cut -d/ -f3); do",
                "  kill -"
                        + stop.signal()
                        + " $p   # after "
                        + Times.text(stop.grace())
                        + ": kill -KILL $p",
                "done");
    }

    private void launches(Plan plan) {
        lines("### Command lines", "");
        var revisions = new TreeMap<String, Revision>(WorkJson.table(plan));
        for (Revision revision : revisions.values()) {
            if (!revision.launch().command().isEmpty()) {
                lines(
                        "`%s`: artifact `%s`, configuration `%s`"
                                .formatted(
                                        revision.id(),
                                        revision.artifact().brief(),
                                        revision.configuration()),
                        "");
                shell(launch(revision));
            }
        }
    }

    /// One line that starts an instance in the folder of its artifact.
    private String launch(Revision revision) {
        return launch(revision, revision.launch().command());
    }

    private String launch(Revision revision, List<String> command) {
        Launch launch = revision.launch();
        var line = new StringBuilder("( set -a;");
        for (String file : environmentFiles) {
            line.append(" . ").append(quoted(file)).append(';');
        }
        line.append(" set +a; export BELAY_REVISION=").append(revision.id()).append(';');
        if (launch.port()) {
            line.append(" export PORT=…;");
        }
        line.append(" cd .belay/artifacts/unpacked/")
                .append(revision.artifact().hex())
                .append(" &&");
        command.forEach(word -> line.append(' ').append(quoted(word)));
        return line.append(" )").toString();
    }

    /// A word as a POSIX shell takes it literally, but for variables, which it is to fill in.
    private static String quoted(String word) {
        if (word.matches("[A-Za-z0-9_./:=@%+,-]+")) {
            return word;
        }
        String inside = word.replace("\\", "\\\\").replace("\"", "\\\"").replace("`", "\\`");
        return "\"" + inside + "\"";
    }

    private void shell(String... commands) {
        lines("```sh");
        lines(commands);
        lines("```", "");
    }

    private void lines(String... lines) {
        for (String line : lines) {
            text.append(line).append('\n');
        }
    }

    private static String capital(String title) {
        return title.substring(0, 1).toUpperCase(Locale.ROOT) + title.substring(1);
    }
}
