package dev.belay.driver.scan;

import dev.belay.release.PathPattern;
import java.time.LocalDate;
import java.util.Optional;

/// A place where what looks like a secret may be, because somebody said so for a reason.
public final class Allowance {
    private final PathPattern path;
    private final String rule;
    private final Optional<LocalDate> until;

    private Allowance(PathPattern path, String rule, Optional<LocalDate> until) {
        this.path = path;
        this.rule = rule;
        this.until = until;
    }

    /// One that counts from now on.
    ///
    /// @param path pattern of paths
    /// @param rule that it is for; `*` is all that guess by form, so not the one that knows values
    /// @param until the last day on which it counts
    public static Allowance of(String path, String rule, Optional<LocalDate> until) {
        return new Allowance(new PathPattern(path), rule, until);
    }

    /// Whether it lets this be.
    public boolean allows(Leak leak, LocalDate today) {
        boolean meant =
                rule.equals("*") ? leak.kind() != Leak.Kind.DECLARED : rule.equals(leak.rule());
        return meant
                && until.map(last -> !today.isAfter(last)).orElse(true)
                && path.matches(leak.path());
    }
}
