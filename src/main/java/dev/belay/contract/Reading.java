package dev.belay.contract;

import dev.belay.manifest.text.Mark;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of reading contract files.
public sealed interface Reading {
    /// They could be read.
    record Read(ContractSet set) implements Reading {}

    /// They could not, and why.
    record Refused(List<Problem> problems) implements Reading {
        public Refused {
            problems = List.copyOf(problems);
        }
    }

    static Problem problem(
            String code, String path, @Nullable Mark mark, String what, String hint) {
        Place place = mark == null ? new Place.Named("`" + path + "`") : mark.place();
        return new Problem(code, place, what, hint);
    }

    /// The reader of YAML speaks of manifests; here it is another file.
    static Problem unreadable(Problem problem) {
        return new Problem(
                "contract/unreadable", problem.place(), problem.message(), problem.hint());
    }
}
