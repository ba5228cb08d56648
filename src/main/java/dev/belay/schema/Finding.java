package dev.belay.schema;

/// What one change means.
///
/// @param object what it is about, as ``column `public.orders.total` ``
/// @param reason one sentence: what happens to whom
/// @param recipe one sentence: how to get the same without the harm, or empty
public record Finding(
        Rule rule,
        String object,
        OldOnNew oldOnNew,
        NewOnOld newOnOld,
        Danger danger,
        Reversibility reversibility,
        String reason,
        String recipe) {
    /// Nobody needs to take it back: old code does not notice it, and a way back loses nothing but
    /// what new code wrote into it.
    boolean onlyAdds() {
        return oldOnNew == OldOnNew.OK && newOnOld == NewOnOld.BREAKS;
    }

    /// The old release can fail on the new schema.
    public boolean breaks() {
        return oldOnNew.compareTo(OldOnNew.NARROWS) >= 0;
    }
}
