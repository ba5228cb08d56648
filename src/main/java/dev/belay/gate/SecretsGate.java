package dev.belay.gate;

import dev.belay.release.SecretsRule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether variables have values that somebody chose for this environment, and lately. Sees no
/// value: what was compared was compared before.
public final class SecretsGate {
    private SecretsGate() {}

    /// What there is in the place of a value.
    public enum State {
        MISSING,
        EMPTY,
        /// What templates and manuals have there.
        FILLER,
        GIVEN,
        /// Who has it does not answer.
        UNKNOWN
    }

    /// How the value of a variable stands.
    ///
    /// @param provider where it comes from, as people call it
    /// @param changed when it came to be what it is; null where nobody knows
    /// @param isBound whether `changed` is only when it can have come to be so at the latest
    /// @param sameIn other environments in which it is the same
    public record Variable(
            String name,
            boolean isSecret,
            State state,
            String provider,
            @Nullable Instant changed,
            boolean isBound,
            List<String> sameIn) {
        public Variable {
            sameIn = List.copyOf(sameIn);
        }
    }

    /// What came of it.
    ///
    /// @param faults sentences, each naming a variable; empty when it is open
    /// @param unknown what could not be told, and closes nothing
    public record Verdict(List<String> faults, List<String> unknown) {
        public Verdict {
            faults = List.copyOf(faults);
            unknown = List.copyOf(unknown);
        }
    }

    /// Looks at all of them.
    public static Verdict judge(SecretsRule rule, List<Variable> variables, Instant now) {
        var faults = new ArrayList<String>();
        var unknown = new ArrayList<String>();
        for (Variable one : variables) {
            String name = "`" + one.name() + "`";
            switch (one.state()) {
                case MISSING -> faults.add(name + " has no value");
                case EMPTY -> faults.add(name + " is empty");
                case FILLER -> faults.add(name + " has what a template has in its place");
                case UNKNOWN -> faults.add(name + " cannot be told: " + one.provider());
                case GIVEN -> {
                    if (one.isSecret()) {
                        given(rule, one, now, faults, unknown);
                    }
                }
            }
        }
        return new Verdict(faults, unknown);
    }

    private static void given(
            SecretsRule rule,
            Variable one,
            Instant now,
            List<String> faults,
            List<String> unknown) {
        String name = "`" + one.name() + "`";
        if (!one.sameIn().isEmpty() && !rule.shared().contains(one.name())) {
            faults.add(name + " has the same value in `" + String.join("`, `", one.sameIn()) + "`");
        }
        if (rule.youngerThan().isZero()) {
            return;
        }
        Instant changed = one.changed();
        if (changed == null) {
            unknown.add("the age of " + name + " is not known to " + one.provider());
            return;
        }
        Duration age = Duration.between(changed, now);
        if (age.compareTo(rule.youngerThan()) > 0) {
            faults.add(
                    "%s is %s old, and may be %s (%s)"
                            .formatted(name, days(age), days(rule.youngerThan()), one.provider()));
        } else if (one.isBound()) {
            unknown.add("of " + name + " only the age of its file is known");
        }
    }

    private static String days(Duration time) {
        return time.toDays() > 0 ? time.toDays() + " d" : time.toHours() + " h";
    }
}
