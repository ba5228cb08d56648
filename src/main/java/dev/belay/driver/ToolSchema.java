package dev.belay.driver;

import java.io.IOException;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// What follows from where a tool's `status` says that a schema is: before `up`, and on the way
/// back. The same wherever the commands run.
///
/// ```
/// up:    status, status ─► record ─► up
/// down:  status ─┬─ as it was ──────────────────► done
///                ├─ else, `down` ended well ────► failed: it is somewhere else
///                └─ else ─► down ─► status ─┬─ as it was ─► done
///                                           └─ else ──────► failed
/// ```
public final class ToolSchema {
    private static final int SHOWN = 200;
    private static final String BY_HAND = "bring it back by hand, and it is seen";

    private final UnaryOperator<String> redact;

    /// @param redact takes secrets out of what the tool printed
    public ToolSchema(UnaryOperator<String> redact) {
        this.redact = redact;
    }

    /// Where a schema is.
    public sealed interface Place {
        /// What `status` printed.
        record At(String printed) implements Place {}

        /// It said nothing that counts.
        record Unsaid(String because) implements Place {}
    }

    /// Asked only where something depends on it.
    @FunctionalInterface
    public interface Question<T> {
        T ask() throws IOException;
    }

    /// Whether a schema is to be taken back.
    public sealed interface WayBack {
        /// There is nothing to run.
        ///
        /// @param settled not, where records are missing: what was accepted since would pass for
        ///   all there was
        record Answered(Answer answer, boolean settled) implements WayBack {}

        /// `down` is to run.
        ///
        /// @param from where the schema was before `up`
        record Begin(String from) implements WayBack {}
    }

    /// Two answers before `up`, which must be the same one: on it hangs the way back.
    ///
    /// @param more of what can make them differ there
    public Place agreed(Question<Place> status, String more) throws IOException {
        Place first = status.ask();
        if (!(first instanceof Place.At one)) {
            return first;
        }
        Place second = status.ask();
        return !(second instanceof Place.At other) || one.equals(other)
                ? second
                : new Place.Unsaid(
                        "`status` prints `%s`, and then `%s`: it must print the same for the same schema%s"
                                .formatted(shown(one.printed()), shown(other.printed()), more));
    }

    /// For whoever has to decide about an `up` of which nobody knows what it did.
    public String told(String from, Place now) {
        return switch (now) {
            case Place.At(String printed) when printed.equals(from) ->
                    "; `status` prints `" + shown(printed) + "`, as before it";
            case Place.At(String printed) ->
                    "; `status` printed `%s` before it, and prints `%s` now"
                            .formatted(shown(from), shown(printed));
            case Place.Unsaid(String because) -> "; " + because;
        };
    }

    /// Before a `down`.
    ///
    /// @param from where the schema was before `up`; empty when nobody wrote it down
    /// @param known whether whatever began would have been written down
    /// @param back whether there is a `down`
    /// @param endedWell whether a `down` of this order did
    public WayBack wayBack(
            Optional<String> from,
            boolean known,
            boolean back,
            Question<Place> status,
            Question<Boolean> endedWell)
            throws IOException {
        if (from.isEmpty()) {
            return known
                    ? new WayBack.Answered(new Answer.Done("it never began"), true)
                    : new WayBack.Answered(
                            new Answer.Failed(
                                    "there is no record of where the schema was before",
                                    "bring it there by hand, and mark the step as done",
                                    true),
                            false);
        }
        return switch (status.ask()) {
            case Place.At(String now) when now.equals(from.get()) ->
                    answered(new Answer.Done("`status` prints `" + shown(now) + "`, as before"));
            case Place.At(String now) when !back ->
                    answered(
                            new Answer.Failed(
                                    "`status` printed `%s` before, prints `%s` now, and there is no `down`"
                                            .formatted(shown(from.get()), shown(now)),
                                    BY_HAND,
                                    true));
            // Wherever the schema is, another one might lead further away.
            case Place.At(String now) when endedWell.ask() -> answered(elsewhere(from.get(), now));
            case Place.At _ -> new WayBack.Begin(from.get());
            case Place.Unsaid(String because) -> answered(new Answer.Failed(because, "", true));
        };
    }

    private static WayBack answered(Answer answer) {
        return new WayBack.Answered(answer, true);
    }

    /// After a `down` that ended well.
    public Answer after(String from, Place now) {
        return switch (now) {
            case Place.At(String printed) when printed.equals(from) ->
                    new Answer.Done("`status` prints `" + shown(printed) + "` again");
            case Place.At(String printed) -> elsewhere(from, printed);
            case Place.Unsaid(String because) -> new Answer.Failed(because, "", true);
        };
    }

    private Answer elsewhere(String from, String now) {
        return new Answer.Failed(
                "`down` ended with status 0, but `status` prints `%s`, and printed `%s` before `up`"
                        .formatted(shown(now), shown(from)),
                BY_HAND,
                true);
    }

    /// What became of a `down` that does not run any more; as [#wayBack].
    public static Finding found(Optional<String> from, boolean known, Question<Place> status)
            throws IOException {
        if (from.isEmpty()) {
            return known
                    ? new Finding.Done("it never began")
                    : new Finding.Unknowable("there is no record of where the schema was before");
        }
        return switch (status.ask()) {
            case Place.At(String now) ->
                    now.equals(from.get()) ? new Finding.Done("") : new Finding.NotDone();
            case Place.Unsaid(String because) -> new Finding.Unknown(because);
        };
    }

    /// On one line, and not all of what is long.
    public String shown(String printed) {
        String text = redact.apply(printed.replace("\n", " / "));
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
