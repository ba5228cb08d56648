package dev.belay.driver.postgres;

import dev.belay.schema.migration.EarlierTool;
import dev.belay.schema.migration.MigrationSet;
import dev.belay.schema.migration.MigrationVersion;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What somebody wants written into a ledger without its being carried out.
///
/// @param files all of the set
/// @param texts whole files by their path: checksums of others are of these
/// @param to the last version that is applied; null where the tool's history says it
/// @param shown the versions that its asker saw beforehand; empty where nobody looked
public record AdoptionWish(
        MigrationSet files,
        Map<String, String> texts,
        EarlierTool from,
        @Nullable MigrationVersion to,
        List<String> shown) {
    public AdoptionWish {
        texts = Map.copyOf(texts);
        shown = List.copyOf(shown);
        if (to == null && from == EarlierTool.NONE) {
            throw new IllegalArgumentException("neither a person nor a tool says where it is");
        }
    }
}
