package dev.belay.journal;

import java.util.Optional;

/// What repeated requests were answered the first time. Asked before the work of a submission is
/// done again; [Journal#submit] asks once more, in its transaction.
public interface EarlierRequests {
    /// Empty when the key is new.
    Optional<Submission.Reply> earlier(String requestKey, String bodyDigest);
}
