package dev.belay.schema.script;

import dev.belay.release.Digest;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One statement of a script, as written and without its semicolon.
///
/// @param line of the script, where its first word stands; from 1
/// @param tokens its words, numbers, quoted texts and signs; unquoted ones in lower case, comments
///   and blanks left out. Two statements with equal tokens are the same to PostgreSQL.
public record Statement(String text, int line, List<String> tokens) {
    private static final Set<String> TRANSACTION_CONTROL =
            Set.of("begin", "commit", "end", "rollback", "abort", "savepoint", "release");
    private static final Set<String> WRITES = Set.of("insert", "update", "delete", "merge");

    public Statement {
        tokens = List.copyOf(tokens);
    }

    /// A digest that comments, blanks, line ends and the case of keywords do not change.
    public Digest fingerprint() {
        return Digest.of(String.join("\0", tokens));
    }

    /// Whether its first words are these.
    public boolean begins(String... words) {
        return tokens.size() >= words.length
                && tokens.subList(0, words.length).equals(List.of(words));
    }

    /// An index that one statement builds or drops without keeping writers out.
    ///
    /// @param name as written, quotes included; with its schema where it is dropped
    /// @param table as written, when it is built; empty when it is dropped
    public record ConcurrentIndex(String name, String table) {}

    /// The index that this statement builds or drops `CONCURRENTLY`.
    public Optional<ConcurrentIndex> concurrentIndex() {
        int at = tokens.indexOf("concurrently") + 1;
        boolean builds = begins("create") && tokens.indexOf("index") == at - 2;
        if (at == 0 || !(builds || begins("drop", "index", "concurrently"))) {
            return Optional.empty();
        }
        while (at < tokens.size() && Set.of("if", "not", "exists").contains(tokens.get(at))) {
            at++;
        }
        if (!builds) {
            return Optional.of(new ConcurrentIndex(dotted(at), ""));
        }
        int on = tokens.indexOf("on");
        if (on < 0 || at >= on) {
            return Optional.empty();
        }
        boolean only = on + 1 < tokens.size() && tokens.get(on + 1).equals("only");
        return Optional.of(new ConcurrentIndex(tokens.get(at), dotted(only ? on + 2 : on + 1)));
    }

    /// A name, with its schema before a dot.
    private String dotted(int from) {
        if (from >= tokens.size()) {
            return "";
        }
        var name = new StringBuilder(tokens.get(from));
        for (int at = from + 1; at + 1 < tokens.size() && tokens.get(at).equals("."); at += 2) {
            name.append('.').append(tokens.get(at + 1));
        }
        return name.toString();
    }

    boolean buildsNamelessIndex() {
        return isAlone() && begins("create") && holds("index") && concurrentIndex().isEmpty();
    }

    private boolean holds(String word) {
        return tokens.contains(word);
    }

    private boolean hasInOrder(String first, String second) {
        int at = tokens.indexOf(first);
        return at >= 0 && tokens.subList(at + 1, tokens.size()).contains(second);
    }

    /// Whether it changes rows and, as far as can be seen, no definitions.
    public boolean isWrite() {
        return !tokens.isEmpty() && WRITES.contains(tokens.getFirst());
    }

    /// Whether PostgreSQL refuses it within a transaction, so that nothing can take it back when
    /// what follows fails.
    public boolean isAlone() {
        if (begins("create", "index", "concurrently")
                || begins("create", "unique", "index", "concurrently")
                || begins("drop", "index", "concurrently")) {
            return true;
        }
        if (begins("reindex")) {
            return holds("concurrently") || second("schema", "database", "system");
        }
        if (begins("alter", "table")) {
            return hasInOrder("detach", "concurrently") || hasInOrder("detach", "finalize");
        }
        return begins("vacuum")
                || begins("alter", "system")
                || begins("create", "database")
                || begins("drop", "database")
                || begins("create", "tablespace")
                || begins("drop", "tablespace")
                || begins("create", "subscription")
                || begins("drop", "subscription")
                || (begins("cluster") && tokens.size() <= 2 && !holds("using"));
    }

    /// Whether it lets readers and writers of all tables pass while it waits for others, and so may
    /// wait long.
    public boolean isPatient() {
        return isAlone() && holds("concurrently") && !begins("alter");
    }

    private boolean second(String... words) {
        // Options in brackets may come first.
        int at = tokens.size() > 1 && tokens.get(1).equals("(") ? tokens.indexOf(")") + 1 : 1;
        return at < tokens.size() && List.of(words).contains(tokens.get(at));
    }

    /// Whether it begins or ends a transaction, which is for the runner to do.
    boolean isTransactionControl() {
        if (tokens.isEmpty()) {
            return false;
        }
        return TRANSACTION_CONTROL.contains(tokens.getFirst())
                || begins("start", "transaction")
                || begins("prepare", "transaction");
    }

    /// Whether it takes with it what depends on its object, unseen.
    boolean cascades() {
        if (!begins("drop") && !begins("truncate") && !(begins("alter") && holds("drop"))) {
            return false;
        }
        for (int at = 1; at < tokens.size(); at++) {
            // `ON DELETE CASCADE` says what a key does one day.
            boolean key = Set.of("delete", "update").contains(tokens.get(at - 1));
            if (tokens.get(at).equals("cascade") && !key) {
                return true;
            }
        }
        return false;
    }

    boolean truncates() {
        return begins("truncate");
    }

    /// Whether it moves data out of or into files, programs or the client.
    boolean leavesTheDatabase() {
        return begins("copy");
    }

    /// Whether it makes the session another's, or forgets what the runner needs of it.
    boolean changesTheSession() {
        return begins("set", "session", "authorization")
                || begins("reset", "session")
                || begins("set", "transaction")
                || begins("discard");
    }

    /// Whether statements after it are understood in another way because of it.
    public boolean setsTheSession() {
        if (begins("set")) {
            return !begins("set", "local");
        }
        return begins("reset") || (begins("select") && holds("set_config"));
    }

    /// Whether it may commit on its own, so that a part of it stays when it fails.
    boolean mayCommit() {
        return begins("call") || begins("do");
    }
}
