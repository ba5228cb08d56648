package dev.belay.schema.script;

import dev.belay.release.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The statements of one file, and what is wrong with them.
///
/// What a file may do beyond the usual stands in it as a comment of its own line, for whoever
/// reviews it: `-- belay: allow cascade`, `truncate`; `-- belay: no-transaction` runs each
/// statement by itself.
///
/// @param flaws in the order of their lines; a script that has one is not run
public record Script(List<Statement> statements, List<Flaw> flaws, Set<String> marks) {
    private static final Pattern MARK =
            Pattern.compile("(?m)^[ \\t]*--[ \\t]*belay:[ \\t]*([^\\r\\n]*?)[ \\t]*$");
    private static final String NO_TRANSACTION = "no-transaction";
    private static final String CONTRACT = "contract";
    private static final String ALLOW = "allow ";
    private static final Set<String> ALLOWABLE = Set.of("cascade", "truncate");

    /// Why a file cannot be run.
    ///
    /// @param line from 1
    public record Flaw(int line, String what, String hint) {}

    public Script {
        statements = List.copyOf(statements);
        flaws = List.copyOf(flaws);
        marks = Set.copyOf(marks);
    }

    /// Whether its author says that it takes away what a release before may still use.
    public boolean isContract() {
        return marks.contains(CONTRACT);
    }

    public static Script of(String written) {
        String text = written.startsWith("\uFEFF") ? written.substring(1) : written;
        var splitter = new Splitter(text);
        List<Statement> statements = splitter.statements();
        var flaws = new ArrayList<>(splitter.flaws());
        Set<String> marks = marks(text, flaws);
        for (Statement one : statements) {
            refuse(one, marks, flaws);
        }
        flaws.sort((a, b) -> Integer.compare(a.line(), b.line()));
        return new Script(statements, flaws, marks);
    }

    private static Set<String> marks(String text, List<Flaw> flaws) {
        var marks = new TreeSet<String>();
        Matcher found = MARK.matcher(text);
        while (found.find()) {
            String mark = found.group(1);
            int line =
                    1
                            + (int)
                                    text.substring(0, found.start())
                                            .chars()
                                            .filter(c -> c == '\n')
                                            .count();
            if (mark.startsWith(ALLOW)) {
                for (String word : mark.substring(ALLOW.length()).split("[, ]+", -1)) {
                    if (ALLOWABLE.contains(word)) {
                        marks.add(word);
                    } else {
                        flaws.add(
                                new Flaw(
                                        line,
                                        "`" + word + "` cannot be allowed",
                                        "allow `cascade` or `truncate`"));
                    }
                }
            } else if (mark.equals(NO_TRANSACTION) || mark.equals(CONTRACT)) {
                marks.add(mark);
            } else if (!mark.startsWith("irreversible")) {
                flaws.add(
                        new Flaw(
                                line,
                                "`belay: " + mark + "` says nothing to Belay",
                                "write `belay: allow …`, `belay: contract`, `belay: no-transaction` or"
                                        + " `belay: irreversible because …`"));
            }
        }
        return marks;
    }

    private static void refuse(Statement one, Set<String> marks, List<Flaw> flaws) {
        if (one.isTransactionControl()) {
            flaws.add(
                    new Flaw(
                            one.line(),
                            "`"
                                    + one.tokens().getFirst().toUpperCase(java.util.Locale.ROOT)
                                    + "` begins or ends a transaction",
                            "leave it out: a file is one transaction by itself; `-- belay: no-transaction` runs each statement alone"));
        }
        if (one.leavesTheDatabase()) {
            flaws.add(
                    new Flaw(
                            one.line(),
                            "`COPY` moves data out of or into the server's surroundings",
                            "write the rows as `INSERT`"));
        }
        if (one.changesTheSession()) {
            flaws.add(
                    new Flaw(
                            one.line(),
                            "`"
                                    + one.text().lines().findFirst().orElse("")
                                    + "` changes the session that the runner works in",
                            "leave it out; `SET ROLE` changes who acts"));
        }
        if (one.cascades() && !marks.contains("cascade")) {
            flaws.add(
                    new Flaw(
                            one.line(),
                            "`CASCADE` takes along whatever depends on it, unseen",
                            "drop what depends on it by name, or write `-- belay: allow cascade` into the file"));
        }
        if (one.buildsNamelessIndex()) {
            flaws.add(
                    new Flaw(
                            one.line(),
                            "an index that is built `CONCURRENTLY` needs a name",
                            "name it: after a crash nobody could find what was left of it"));
        }
        if (one.truncates() && !marks.contains("truncate")) {
            flaws.add(
                    new Flaw(
                            one.line(),
                            "`TRUNCATE` empties a table for everybody at once, old snapshots included",
                            "delete in batches, or write `-- belay: allow truncate` into the file"));
        }
    }

    /// Whether each statement runs by itself, whatever it is.
    public boolean oneByOne() {
        return marks.contains(NO_TRANSACTION);
    }

    /// The statements in the portions that stand or fall together.
    public List<Portion> portions() {
        var portions = new ArrayList<Portion>();
        var together = new ArrayList<Statement>();
        for (Statement one : statements) {
            if (oneByOne() || one.isAlone()) {
                if (!together.isEmpty()) {
                    portions.add(new Portion(together, true));
                    together.clear();
                }
                // In a transaction of its own where that is possible: what is written of it is
                // exact
                // then.
                boolean outside = one.isAlone() || one.mayCommit();
                portions.add(new Portion(List.of(one), !outside));
            } else {
                together.add(one);
            }
        }
        if (!together.isEmpty()) {
            portions.add(new Portion(together, true));
        }
        return portions;
    }

    /// Statements that are all carried out or none.
    ///
    /// @param transaction false for a single statement that runs outside of any
    public record Portion(List<Statement> statements, boolean transaction) {
        public Portion {
            statements = List.copyOf(statements);
        }

        /// Where it begins in its file.
        public int line() {
            return statements.getFirst().line();
        }
    }

    /// Of what the statements are, whatever comments and blanks stand between them.
    public Digest fingerprint() {
        var all = new StringBuilder();
        statements.forEach(one -> all.append(one.fingerprint()).append('\n'));
        if (oneByOne()) {
            all.append(NO_TRANSACTION);
        }
        return Digest.of(all.toString());
    }
}
