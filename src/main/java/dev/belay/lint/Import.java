package dev.belay.lint;

import java.util.Optional;

/// Something that a file names as what it needs.
///
/// @param written as the file has it
/// @param target path that it stands for
/// @param unit folder of the package or module that the target is of, where it was named as one;
///   `""` where it was named as a file
/// @param offset where it stands in the file
/// @param end behind it
record Import(String written, String target, String unit, int offset, int end) {
    /// One that is named as a file.
    static Import file(String written, String target, int offset, int end) {
        return new Import(written, target, "", offset, end);
    }

    /// One that is named as a package.
    static Import unit(String written, String folder, int offset, int end) {
        return new Import(written, folder, folder, offset, end);
    }

    /// Whether it is something of its own within a service's folder, and so meant for others. What
    /// the service itself is built of is not.
    boolean isMeantForOthers(Part owner) {
        return !unit.equals(owner.home())
                && FilePath.isWithin(unit, owner.home())
                && owner.products().stream().noneMatch(path -> FilePath.isWithin(path, unit));
    }

    /// What was found, if anything.
    static Optional<Import> file(String written, Optional<String> target, int offset, int end) {
        return target.map(path -> file(written, path, offset, end));
    }
}
