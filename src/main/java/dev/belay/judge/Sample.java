package dev.belay.judge;

import java.util.List;

/// What was counted for one guard in one batch. There is no way to say "not a number" here: who
/// reads a source and finds none leaves the sample out, and the batch says nothing of that guard.
public sealed interface Sample {
    /// Requests that went well or not.
    ///
    /// @param peers groups of the baseline that each were given as much as the canary and are in
    ///   nothing else chosen; none where there are no such groups
    record Outcomes(Count canary, Count baseline, List<Count> peers) implements Sample {
        private static final int MOST_PEERS = 100;

        public Outcomes {
            peers = List.copyOf(peers);
            if (peers.size() > MOST_PEERS) {
                throw new IllegalArgumentException(peers.size() + " peers");
            }
        }

        public Outcomes(Count canary, Count baseline) {
            this(canary, baseline, List.of());
        }

        /// Of a baseline that was given as much as the canary.
        public static Outcomes even(Count canary, Count baseline) {
            return new Outcomes(canary, baseline, List.of(baseline));
        }
    }

    /// How long requests took, in bins that grow by a constant ratio.
    record Times(Histogram canary, Histogram baseline) implements Sample {}

    /// Crashes, tickets, cost events, whatever is counted and has no whole.
    record Events(Exposed canary, Exposed baseline) implements Sample {}

    /// Values that have a least and a greatest, as shares of the way between them: 1 is the worst.
    record Values(Histogram canary, Histogram baseline) implements Sample {}

    /// Requests that came in.
    ///
    /// @param share of them that the canary is to get, by the weights in force
    record Arrivals(long canary, long baseline, double share) implements Sample {
        public Arrivals {
            boolean counts =
                    canary >= 0 && baseline >= 0 && canary <= Count.MOST && baseline <= Count.MOST;
            if (!counts || !(share > 0 && share < 1)) {
                throw new IllegalArgumentException(
                        canary + " and " + baseline + " at a share of " + share);
            }
        }
    }
}
