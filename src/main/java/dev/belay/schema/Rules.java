package dev.belay.schema;

import dev.belay.schema.Judgement.Effect;
import java.util.List;

/// What a migration means for the release that runs and for the one that comes, change by change.
/// Every rule looks at what is there before and after, and never at the text of the migration.
public final class Rules {
    private Rules() {}

    public static List<Finding> findings(Evidence evidence) {
        var judgement = new Judgement(evidence);
        var relations = new RelationRules(judgement);
        var columns = new ColumnRules(judgement);
        var keys = new KeyRules(judgement);
        var code = new CodeRules(judgement);
        var access = new AccessRules(judgement);
        for (Change change : evidence.diff().changes()) {
            switch (change.subject().kind()) {
                case SCHEMA -> relations.judgeSchema(change);
                case TABLE, FOREIGN_TABLE, VIEW, MATERIALIZED_VIEW -> {
                    relations.judge(change);
                    if (change instanceof Change.Altered(var was, var is, _)) {
                        access.judgeRowSecurity(was, is);
                    }
                }
                case COLUMN -> columns.judge(change);
                case CONSTRAINT, INDEX -> keys.judge(change);
                case FUNCTION -> code.judgeFunction(change);
                case TRIGGER -> code.judgeTrigger(change);
                case RULE -> code.judgeRule(change);
                case TYPE -> code.judgeType(change);
                case SEQUENCE -> code.judgeSequence(change);
                case POLICY -> access.judgePolicy(change);
                case SETTING -> access.judgeSetting(change);
                case EXTENSION -> extension(change, judgement);
                case COMPOSITE,
                        STATISTICS,
                        EVENT_TRIGGER,
                        PUBLICATION,
                        DEFAULT_PRIVILEGES,
                        COMMENT,
                        CAST,
                        OPERATOR,
                        COLLATION -> {}
            }
        }
        code.judgeStanding();
        access.judgePrivileges();
        access.judgeTenantKeys();
        new DataRules(judgement).judge();
        replay(evidence, judgement);
        return List.copyOf(judgement.findings());
    }

    private static void extension(Change change, Judgement judgement) {
        if (change instanceof Change.Removed(SchemaObject before)) {
            judgement.add(
                    Rule.FUNCTION, before, Effect.RENAMES, "its types and functions are gone");
        } else if (change instanceof Change.Altered(SchemaObject before, _, _)) {
            judgement.add(Rule.FUNCTION, before, Effect.DIFFERS, "it is another version");
        }
    }

    private static void replay(Evidence evidence, Judgement judgement) {
        for (Replay.Statement one : evidence.replay().statements()) {
            if (one.fails() && one.after() instanceof Replay.Refused(_, String message)) {
                judgement.add(
                        Rule.STATEMENT,
                        "statement `" + one.text() + "`",
                        Effect.BREAKS,
                        "the server says: " + message);
            } else if (one.changes()) {
                judgement.add(
                        Rule.STATEMENT,
                        "statement `" + one.text() + "`",
                        Effect.DIFFERS,
                        "its parameters or results have other types");
            }
        }
    }
}
