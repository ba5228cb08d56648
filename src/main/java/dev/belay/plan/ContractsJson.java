package dev.belay.plan;

import dev.belay.release.ContractFiles;
import dev.belay.release.ContractRule;
import dev.belay.release.Digest;
import dev.belay.release.Work;
import org.jspecify.annotations.Nullable;

/// Contracts as JSON.
final class ContractsJson {
    private ContractsJson() {}

    static void write(JsonOut out, ContractFiles contracts) {
        out.open()
                .put("files", contracts.files().text())
                .strings("paths", contracts.paths())
                .close();
    }

    static ContractFiles read(JsonIn in) {
        return new ContractFiles(new Digest(in.string("files")), in.strings("paths"));
    }

    /// The fields alone: the object is its caller's.
    static void write(JsonOut out, Work.Compatible work) {
        out.strings("accepted", work.accepted())
                .put("asked", work.rule().asked())
                .put("component", work.component())
                .list(
                        "except",
                        work.rule().except(),
                        one ->
                                out.open()
                                        .put("at", one.at())
                                        .put("because", one.because())
                                        .put("component", one.component())
                                        .put("rule", one.rule())
                                        .close());
        write(out, "from", work.from());
        write(out, "to", work.to());
        out.put("type", "compatible");
    }

    private static void write(JsonOut out, String key, @Nullable ContractFiles contracts) {
        if (contracts != null) {
            out.put(key, () -> write(out, contracts));
        }
    }

    static Work.Compatible compatible(JsonIn in) {
        return new Work.Compatible(
                in.string("component"),
                in.has("from") ? read(in.at("from")) : null,
                in.has("to") ? read(in.at("to")) : null,
                new ContractRule(
                        in.truth("asked"),
                        in.list(
                                "except",
                                one ->
                                        new ContractRule.Except(
                                                one.string("component"),
                                                one.string("at"),
                                                one.string("rule"),
                                                one.string("because")))),
                in.strings("accepted"));
    }
}
