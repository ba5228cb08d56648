package dev.belay.manifest.shape;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.problem.Place;

/// How strictly a tree is checked, and where what is wrong goes.
///
/// @param whole whether everything is merged: then what is required must be there. A layer may lack
///   anything, and its nulls remove
/// @param complaints what is wrong
/// @param notYet what is in order but cannot be enforced by this version; filled when `whole`
public record Check(boolean whole, Complaints complaints, Complaints notYet) {
    public static Check ofLayer(Complaints complaints) {
        return new Check(false, complaints, new Complaints());
    }

    public static Check ofWhole(Complaints complaints) {
        return new Check(true, complaints, new Complaints());
    }

    void add(Code code, Mark mark, String message, String hint) {
        if (code == Code.SECRET_IN_MANIFEST) {
            // The line itself is not shown: complaints end up in logs.
            var place = mark.file().name() + ":" + mark.line() + ":" + mark.column();
            complaints.add(code, new Place.Named(place), message, hint);
        } else {
            complaints.add(code, mark, message, hint);
        }
    }

    void notYet(Mark mark, String what) {
        if (whole) {
            notYet.add(
                    Code.NOT_YET,
                    mark,
                    what + " is understood, but this version of Belay cannot enforce it",
                    "remove it here (`null` removes what is inherited), or use a version that can");
        }
    }
}
