package dev.belay.journal;

import dev.belay.release.Appointment;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.util.List;

/// What one line of the journal says. The state of a release is the fold of its facts and of
/// nothing else.
public sealed interface Fact {
    /// The release exists, with its plan frozen.
    ///
    /// @param commit at which the manifest's folder stood, with a `+` when its files were others;
    ///   empty when nobody could say, or the release takes nothing from there
    record Submitted(String planDigest, String manifestDigest, String reason, String commit)
            implements Fact {
        /// Of which no commit is known.
        public Submitted(String planDigest, String manifestDigest, String reason) {
            this(planDigest, manifestDigest, reason, "");
        }
    }

    /// Somebody said when it is to begin; what was said before does not count any more.
    record Scheduled(Appointment when, String reason) implements Fact {}

    /// It took its scopes. `tookOver` names merely soaking releases that ended for it.
    record Started(List<String> tookOver) implements Fact {
        public Started {
            tookOver = List.copyOf(tookOver);
        }
    }

    /// A step began to wait: its time counts from this entry.
    record Waiting(int step, String because) implements Fact {}

    /// A soak begins: the new revisions count as what the scopes run, not yet as rollback targets.
    record Soaking(int step) implements Fact {}

    /// An effect is about to be tried. Committed before it is sent.
    ///
    /// @param token assigned by the journal in the same transaction, strictly increasing per scope;
    ///   0 in a fact that is still to be appended
    record Intent(int step, Direction direction, Scope scope, long token) implements Fact {}

    /// The effect of an open intent is about to be probed or tried again, with a newer token.
    record Reattempt(int step, Direction direction, Scope scope, long token, String because)
            implements Fact {}

    /// What became of a step; closes its intent if it had one.
    record Outcome(int step, Direction direction, Result result) implements Fact {}

    /// From here on the release goes back.
    record TurnedBack(String reason) implements Fact {}

    /// The engine refuses to choose.
    ///
    /// @param code stable, `held/undo-failed`
    /// @param step the step it is about, or 0
    record Held(String code, int step, String explanation) implements Fact {}

    /// A person, or a freeze, wants no new step to start.
    record Paused(String reason) implements Fact {}

    record Resumed(String reason) implements Fact {}

    /// A person wants it to end. Honoured at the next boundary without an open intent.
    record CancelRequested(Cancel mode, String reason) implements Fact {}

    /// A person decided about a held release.
    ///
    /// @param step the step the decision is about, or 0
    record Decided(Decision decision, int step, String attestation) implements Fact {}

    /// Somebody consents to exactly this plan.
    record Approved(String planDigest, String reason) implements Fact {}

    /// Somebody does not want it to go on.
    record Objected(String reason) implements Fact {}

    /// Somebody confirms a point of the checklist.
    record CheckedOff(String point, String note) implements Fact {}

    /// Nothing follows.
    record Ended(ReleaseState state, String note) implements Fact {}

    /// The three cancels.
    enum Cancel {
        /// Stop here: paused, can be resumed.
        STOP,
        /// Go back.
        ROLL_BACK,
        /// Touch nothing more; held until somebody decides.
        LEAVE
    }

    /// What a person may decide about a held release.
    enum Decision {
        /// Try again from where it stands, in the direction it had.
        RETRY,
        /// The step in doubt happened: the person looked.
        MARK_DONE,
        /// The step in doubt did not happen: the person looked.
        MARK_NOT_DONE,
        ROLL_BACK,
        /// What runs now is right: close as completed or rolled back, if it can be seen to be so.
        ADOPT,
        /// Give it up; takes two people.
        WRITE_OFF
    }

    /// How a step ended.
    sealed interface Result {
        record Done(String detail) implements Result {}

        /// It did not work.
        ///
        /// @param nothingLeft whether nothing of it is there, so that there is nothing to undo
        record Failed(String reason, String hint, String detail, boolean nothingLeft)
                implements Result {
            /// Of which something may be there.
            public Failed(String reason, String hint, String detail) {
                this(reason, hint, detail, false);
            }
        }

        /// Nobody can say whether it happened, and the plan says to go on.
        record AssumedDone(String why) implements Result {}

        /// A person said that it did not happen; it will be tried again.
        record NotDone(String why) implements Result {}
    }
}
