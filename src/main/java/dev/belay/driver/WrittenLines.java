package dev.belay.driver;

import dev.belay.release.Scope;
import java.io.IOException;
import java.util.List;

/// What instances write, as people may see it: without the secrets that Belay gave them.
public interface WrittenLines {
    /// One line and who wrote it.
    record Line(String component, String instance, String text) {}

    /// The last lines of all of them together: of what shall run now, and where that wrote less, of
    /// what ran before, as far as that is kept where they run.
    ///
    /// @param instance only of this one; `""` for all
    List<Line> last(List<Scope> scopes, String instance, int lines) throws IOException;

    /// Goes on from now, over cuts and over instances that come and go.
    Following follow(Scope scope) throws IOException;

    /// One who reads along. Not for several threads.
    interface Following {
        /// What was written since the last call; empty when nothing was. Never waits for somebody
        /// to write.
        List<Line> poll() throws IOException;
    }
}
