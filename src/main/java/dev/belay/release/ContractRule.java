package dev.belay.release;

import java.util.List;

/// Whether an environment asks that contracts keep what was promised, and what it lets through.
///
/// @param asked whether it does
/// @param except what breaks and goes all the same
public record ContractRule(boolean asked, List<Except> except) {
    public static final ContractRule NONE = new ContractRule(false, List.of());

    public ContractRule {
        except = List.copyOf(except);
    }

    /// One difference, or several of one place.
    ///
    /// @param at the operation, message or type, as differences name it
    /// @param rule the code of one rule; empty is any
    /// @param because why it goes
    public record Except(String component, String at, String rule, String because) {}

    /// Whether it lets a difference through.
    public boolean excepts(String component, String at, String code) {
        return except.stream()
                .anyMatch(one ->
                        one.component().equals(component)
                                && one.at().equals(at)
                                && (one.rule().isEmpty() || one.rule().equals(code)));
    }
}
