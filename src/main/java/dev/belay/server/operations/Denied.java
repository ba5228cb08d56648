package dev.belay.server.operations;

import dev.belay.problem.Place;
import dev.belay.problem.Problem;

/// Carries a [No] up to whoever asked, past the steps that would have come next. Not a bug and not
/// logged as one.
public final class Denied extends RuntimeException {
    private final transient No no;

    public Denied(No no) {
        super(no.toString(), null, false, false);
        this.no = no;
    }

    public No no() {
        return no;
    }

    public static Denied refusal(String reason, String wayOut) {
        return new Denied(new No.Refusal(reason, wayOut));
    }

    /// A name that nothing has.
    ///
    /// @param what a component, a release: with the name behind it, the place of the problem
    public static Denied unknown(
            String code, String what, String name, String message, String hint) {
        var place = new Place.Named(what + " `" + name + "`");
        return new Denied(new No.Unknown(new Problem(code, place, message, hint)));
    }

    public static Denied failure(String reason, String hint) {
        return new Denied(new No.Failure(reason, hint));
    }
}
