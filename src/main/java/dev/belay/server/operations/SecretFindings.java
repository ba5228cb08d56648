package dev.belay.server.operations;

import dev.belay.driver.scan.Leak;
import dev.belay.driver.scan.Looked;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a search for secrets came to, in sentences. None of them holds what was found.
public final class SecretFindings {
    private final Looked looked;

    SecretFindings(Looked looked) {
        this.looked = looked;
    }

    /// What nobody may ship.
    public List<Problem> wrong() {
        return looked.leaks().stream()
                .filter(SecretFindings::isSure)
                .map(SecretFindings::problem)
                .toList();
    }

    /// What nobody may ship where guesses count, too.
    List<Problem> wrong(boolean guesses) {
        return looked.leaks().stream()
                .filter(leak -> isSure(leak) || (guesses && leak.kind() == Leak.Kind.ASSIGNMENT))
                .map(SecretFindings::problem)
                .toList();
    }

    /// What somebody should look at.
    public List<Problem> doubtful() {
        return looked.leaks().stream()
                .filter(leak -> !isSure(leak))
                .map(SecretFindings::problem)
                .toList();
    }

    /// Everything, for programs.
    public List<Map<String, Object>> findings() {
        return looked.leaks().stream()
                .map(leak -> {
                    var one = new LinkedHashMap<String, Object>();
                    one.put("path", leak.path());
                    one.put("line", leak.line());
                    one.put("column", leak.column());
                    one.put("rule", leak.rule());
                    one.put("sure", isSure(leak));
                    one.put("commit", leak.commit());
                    return (Map<String, Object>) one;
                })
                .toList();
    }

    /// Everything, as SARIF 2.1.0.
    public String sarif(String version) {
        return SecretSarif.of(looked.leaks(), version);
    }

    public long files() {
        return looked.files();
    }

    public long bytes() {
        return looked.bytes();
    }

    /// Files of which nothing is known.
    public List<String> notLookedAt() {
        return looked.notLookedAt();
    }

    /// The same with whose artifact it is in.
    SecretFindings of(String component) {
        return new SecretFindings(
                looked.with(
                        looked.leaks().stream()
                                .map(leak -> leak.below("artifact of `" + component + "`: "))
                                .toList()));
    }

    /// Both together.
    public SecretFindings and(SecretFindings other) {
        return new SecretFindings(looked.and(other.looked));
    }

    /// A declared value is one wherever it lies; what others published may hold their examples.
    static boolean isSure(Leak leak) {
        return switch (leak.kind()) {
            case DECLARED -> true;
            case FORMAT -> !leak.foreign();
            case ASSIGNMENT -> false;
        };
    }

    private static Problem problem(Leak leak) {
        return new Problem(
                code(leak),
                new Place.Named(leak.place()),
                sentence(leak),
                leak.kind() == Leak.Kind.DECLARED
                        ? "take it out, and give out a new one: whoever has the file has it; code"
                                + " reads it from its environment"
                        : "take it out, and give out a new one. If it is none, say so beside it:"
                                + " `belay:allow-secret REASON`, or under `allowed-secrets` with"
                                + " rule `%s`".formatted(leak.rule()));
    }

    static String code(Leak leak) {
        return isSure(leak) ? "secret/found" : "secret/suspected";
    }

    static String sentence(Leak leak) {
        return switch (leak.kind()) {
            case DECLARED -> "here is " + leak.hint() + " (`" + leak.rule() + "`)";
            case FORMAT -> "here is a secret by its form: `" + leak.rule() + "`, " + leak.hint();
            case ASSIGNMENT ->
                    "here a random text is "
                            + leak.hint()
                            + ", perhaps a secret (`"
                            + leak.rule()
                            + "`)";
        };
    }
}
