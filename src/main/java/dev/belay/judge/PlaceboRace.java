package dev.belay.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The same trial for the canary and for groups of the baseline that are as large as it and that
/// nothing was done to. A canary that is in nothing different from them is the first to fail with a
/// probability of one in as many as run, whatever hangs together with what: this needs no
/// calibration. A placebo that fails says that the calibration is wrong.
public final class PlaceboRace {
    private final Trial canary;
    private final List<Trial> placebos = new ArrayList<>();
    private Winner winner = Winner.NOBODY;

    public PlaceboRace(Rule rule, Map<String, Calibration> calibrations, int placebos) {
        if (placebos < 1) {
            throw new IllegalArgumentException("a race of one");
        }
        canary = new Trial(rule, calibrations);
        for (int i = 0; i < placebos; i++) {
            this.placebos.add(new Trial(rule, calibrations));
        }
    }

    /// Takes in a batch of everybody.
    ///
    /// @param others one of each placebo, as if it were the canary
    public void add(Batch batch, List<Batch> others) {
        if (others.size() != placebos.size()) {
            throw new IllegalArgumentException(others.size() + " of " + placebos.size());
        }
        canary.add(batch);
        boolean placebo = false;
        for (int i = 0; i < others.size(); i++) {
            placebos.get(i).add(others.get(i));
            placebo |= placebos.get(i).hasFailed();
        }
        if (winner == Winner.NOBODY && placebo) {
            winner = Winner.PLACEBO;
        } else if (winner == Winner.NOBODY && canary.hasFailed()) {
            winner = Winner.CANARY;
        }
    }

    public Winner winner() {
        return winner;
    }

    /// Of the canary alone; whether it counts, the winner says.
    public Verdict verdict() {
        return canary.verdict();
    }

    /// Who was the first to fail.
    public enum Winner {
        NOBODY,
        /// It may be rolled back.
        CANARY,
        /// In the same batch or earlier: the model is wrong, and nothing follows.
        PLACEBO
    }
}
