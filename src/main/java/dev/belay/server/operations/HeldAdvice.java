package dev.belay.server.operations;

import dev.belay.journal.Fact;
import java.util.ArrayList;
import java.util.List;

/// What a person can type about a held release, whole, the likeliest first. A step that must not
/// happen twice is never advised to be tried again: somebody looks, and says what became of it.
final class HeldAdvice {
    private HeldAdvice() {}

    static List<String> commands(String release, Fact.Held held) {
        var decisions = new ArrayList<String>();
        String step = held.step() == 0 ? "" : " --step " + held.step();
        switch (held.code()) {
            case "held/once-only", "held/in-doubt", "held/partial" -> {
                decisions.add("--mark-done" + step);
                decisions.add("--mark-not-done" + step);
            }
            case "held/not-as-promised" -> {
                decisions.add("--adopt");
                decisions.add("--retry");
            }
            default -> decisions.add("--retry");
        }
        decisions.add("--roll-back");
        return decisions.stream()
                .map(decision -> "belay decide " + release + " " + decision + " --reason \"…\"")
                .toList();
    }
}
