package dev.belay.manifest;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/// A place where what looks like a secret may be.
///
/// @param path pattern of paths below the manifest's folder, or within an artifact
/// @param rule that it is excepted from; `*` is all that know secrets by their form
/// @param reason why, for whoever reads it later
/// @param until the last day on which it counts; null is for ever
public record AllowedSecret(
        String path, String rule, String reason, @Nullable LocalDate until, Source source) {}
