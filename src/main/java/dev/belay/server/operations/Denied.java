package dev.belay.server.operations;

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

    public static Denied unknown(String reason, String hint) {
        return new Denied(new No.Unknown(reason, hint));
    }

    public static Denied failure(String reason, String hint) {
        return new Denied(new No.Failure(reason, hint));
    }
}
