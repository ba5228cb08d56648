package dev.belay.schema;

import java.util.ArrayList;
import java.util.List;

/// The findings so far, and the evidence that they are drawn from.
final class Judgement {
    /// Reading or writing so much takes no longer than a lock on the catalogue.
    private static final long SMALL_BYTES = 1024 * 1024;

    private final Evidence evidence;
    private final List<Finding> findings = new ArrayList<>();

    Judgement(Evidence evidence) {
        this.evidence = evidence;
    }

    /// What a change does on three of the four axes; the fourth is measured.
    record Effect(OldOnNew oldOnNew, NewOnOld newOnOld, Reversibility reversibility) {
        /// Old code does not notice; what new code uses is not there before.
        static final Effect ADDS = new Effect(OldOnNew.OK, NewOnOld.BREAKS, Reversibility.EXACT);

        static final Effect NOTHING = new Effect(OldOnNew.OK, NewOnOld.OK, Reversibility.EXACT);
        static final Effect NARROWS =
                new Effect(OldOnNew.NARROWS, NewOnOld.OK, Reversibility.EXACT);

        /// A guarantee is gone: once it is used, the way back fails.
        static final Effect WEAKENS =
                new Effect(OldOnNew.WEAKENS, NewOnOld.BREAKS, Reversibility.CONDITIONAL);

        /// The same statements mean something else.
        static final Effect DIFFERS =
                new Effect(OldOnNew.WEAKENS, NewOnOld.OK, Reversibility.EXACT);

        static final Effect BREAKS = new Effect(OldOnNew.BREAKS, NewOnOld.OK, Reversibility.EXACT);
        static final Effect LOSES = new Effect(OldOnNew.BREAKS, NewOnOld.OK, Reversibility.LOSSY);
        static final Effect RENAMES =
                new Effect(OldOnNew.BREAKS, NewOnOld.BREAKS, Reversibility.EXACT);

        Effect back(Reversibility other) {
            return new Effect(oldOnNew, newOnOld, other);
        }

        Effect breaking(boolean really) {
            return really ? new Effect(OldOnNew.BREAKS, newOnOld, reversibility) : this;
        }
    }

    Evidence evidence() {
        return evidence;
    }

    List<Finding> findings() {
        return findings;
    }

    /// @param reason one sentence
    void add(Rule rule, SchemaObject about, Effect effect, String reason) {
        findings.add(
                new Finding(
                        rule,
                        about.words(),
                        effect.oldOnNew(),
                        effect.newOnOld(),
                        danger(rule, about),
                        effect.reversibility(),
                        reason,
                        rule.recipe()));
    }

    void add(Rule rule, String about, Effect effect, String reason) {
        findings.add(
                new Finding(
                        rule,
                        about,
                        effect.oldOnNew(),
                        effect.newOnOld(),
                        rule.danger(),
                        effect.reversibility(),
                        reason,
                        rule.recipe()));
    }

    private Danger danger(Rule rule, SchemaObject about) {
        if (!evidence.signals().known()) {
            return rule.danger();
        }
        SchemaObject relation =
                about.kind().isRelation()
                        ? about
                        : evidence.before()
                                .owner(about)
                                .or(() -> evidence.after().owner(about))
                                .orElse(about);
        Danger seen = evidence.signals().danger(relation.name());
        boolean small = relation.number("bytes", Long.MAX_VALUE) < SMALL_BYTES;
        return small && seen.compareTo(Danger.SCAN_UNDER_LOCK) >= 0 ? Danger.BRIEF_LOCK : seen;
    }
}
