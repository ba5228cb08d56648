package dev.belay.server.contracts;

import dev.belay.contract.ContractSet;
import dev.belay.contract.Difference;
import dev.belay.contract.Reading;
import dev.belay.contract.Weight;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.Promises;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.plan.PlanRequest;
import dev.belay.release.ContractFiles;
import dev.belay.release.ContractRule;
import dev.belay.release.Work;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compares contracts as they are kept, by their bytes and anew each time: when a release is
/// planned, when it is submitted, and before it begins.
public final class ContractJudge implements Promises {
    private final ArtifactStore artifacts;

    public ContractJudge(ArtifactStore artifacts) {
        this.artifacts = artifacts;
    }

    /// What a set of kept files promises.
    ///
    /// @throws IOException when they are gone, damaged, or cannot be read any more
    public ContractSet set(@Nullable ContractFiles kept) throws IOException {
        if (kept == null) {
            return ContractSet.NONE;
        }
        Reading reading =
                ContractSet.read(kept.paths(), new FolderLibrary(artifacts.unpack(kept.files())));
        return switch (reading) {
            case Reading.Read(ContractSet set) -> set;
            case Reading.Refused(var problems) ->
                    throw new IOException(problems.getFirst().message());
        };
    }

    /// What was found, for a plan.
    public PlanRequest.Promised promised(
            String component,
            @Nullable ContractFiles from,
            @Nullable ContractFiles to,
            ContractRule rule) {
        try {
            return promised(component, from, to, set(to).since(set(from)), rule);
        } catch (IOException e) {
            String what = "its contracts cannot be compared: " + e.getMessage();
            return new PlanRequest.Promised(from, to, List.of(what), List.of(), List.of(), 0);
        }
    }

    private static PlanRequest.Promised promised(
            String component,
            @Nullable ContractFiles from,
            @Nullable ContractFiles to,
            List<Difference> differences,
            ContractRule rule) {
        var breaking = new ArrayList<String>();
        var doubtful = new ArrayList<String>();
        var accepted = new ArrayList<String>();
        int harmless = 0;
        for (Difference one : differences) {
            switch (one.weight()) {
                case HARMLESS -> harmless++;
                case DOUBTFUL -> doubtful.add(one.sentence());
                case BREAKING -> {
                    boolean goes = rule.excepts(component, one.at(), one.rule().code());
                    (goes ? accepted : breaking).add(one.sentence());
                }
            }
        }
        return new PlanRequest.Promised(from, to, breaking, doubtful, accepted, harmless);
    }

    /// What a step would find broken now; empty when it is satisfied.
    public List<String> broken(Work.Compatible work) {
        return promised(work.component(), work.from(), work.to(), work.rule()).breaking();
    }

    /// How what breaks first is mended; empty when that is not known.
    public String mend(Work.Compatible work) {
        try {
            return set(work.to()).since(set(work.from())).stream()
                    .filter(one -> one.weight() == Weight.BREAKING)
                    .filter(one ->
                            !work.rule().excepts(work.component(), one.at(), one.rule().code()))
                    .map(one -> one.rule().mend())
                    .findFirst()
                    .orElse("");
        } catch (IOException _) {
            return "";
        }
    }

    @Override
    public Look compatible(Work.Compatible work, Order order) {
        List<String> broken = broken(work);
        return broken.isEmpty()
                ? new Look.Done(
                        work.accepted().isEmpty()
                                ? ""
                                : "accepted: " + String.join("; ", work.accepted()))
                : new Look.Failed(
                        "the contracts of `%s` break: %s"
                                .formatted(work.component(), String.join("; ", broken)),
                        mend(work),
                        "");
    }
}
