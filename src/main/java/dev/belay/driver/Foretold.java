package dev.belay.driver;

/// What came of asking another tool what it would do to a schema.
public sealed interface Foretold {
    /// What it printed, without the values of secrets.
    record Printed(String text) implements Foretold {}

    /// It could not be asked, or did not say.
    record Nothing(String because, String hint) implements Foretold {}

    /// Whether that is what was planned.
    ///
    /// @param planned what it printed when the release was planned
    default Look against(String planned) {
        return switch (this) {
            case Nothing(String because, String hint) -> new Look.Failed(because, hint, "");
            case Printed(String now) when now.equals(planned) ->
                    new Look.Done("it would do what was planned");
            case Printed(String now) ->
                    new Look.Failed(
                            "`plan` prints something else than when this release was planned: the"
                                    + " database has moved",
                            "look at it with `belay plan` and deploy again",
                            now);
        };
    }
}
