package dev.belay.schema;

/// What Belay knows about changes of a schema, one line each. The numbers are those of the manual
/// (`docs/reference/schema.md`) and are never given to another rule; those that are absent are of
/// changes that the server itself refuses, or that show as others.
public enum Rule {
    STATEMENT(
            0,
            Danger.NONE,
            "a statement of the old release is refused",
            "keep what it names until no release that runs sends it"),
    CREATE_TABLE(1, Danger.NONE, "a new table or view", ""),
    CREATE_TABLE_REFERENCING(
            2,
            Danger.BRIEF_LOCK,
            "a new table that refers to one that was there",
            "make it without the reference, add that `NOT VALID`, and validate it by itself"),
    DROP_TABLE(
            3,
            Danger.BRIEF_LOCK,
            "a table is dropped, or dropped and made again",
            "let a release that does not use it run first; rename it before, drop it one later"),
    RENAME_TABLE(
            5,
            Danger.BRIEF_LOCK,
            "a table is renamed",
            "rename it and make a view under the old name, with its grants, in one transaction"),
    RENAME_BEHIND_VIEW(6, Danger.BRIEF_LOCK, "a table is renamed and a view takes its name", ""),
    MOVE_SCHEMA(
            7,
            Danger.BRIEF_LOCK,
            "something moves to another schema, or its schema is renamed",
            "leave a view under the old name, or put the new schema on the roles' search path first"),
    EMPTY_TABLE(
            8,
            Danger.REWRITE_UNDER_LOCK,
            "rows are gone",
            "delete in batches, outside of the migration, and keep a verified backup"),
    EMPTY_REFERENCED(
            9,
            Danger.REWRITE_UNDER_LOCK,
            "rows are gone that other tables refer to",
            "delete the rows that nothing refers to, in batches"),
    PERSISTENCE(10, Danger.REWRITE_UNDER_LOCK, "a table becomes logged or unlogged", ""),
    REWRITE(
            11,
            Danger.REWRITE_UNDER_LOCK,
            "a table is written anew as it is (`CLUSTER`, `VACUUM FULL`)",
            "use `pg_repack`, which locks only briefly"),
    STORAGE_OPTION(12, Danger.NONE, "how something is stored changes", ""),
    ROW_SECURITY(
            13,
            Danger.BRIEF_LOCK,
            "row security or what tells tenants apart changes",
            "make the policies in the same transaction, and try them as the application's role"),
    PRIVILEGE(
            14,
            Danger.NONE,
            "a privilege, an owner or a setting of a role changes",
            "grant it again in the same transaction"),
    ADD_COLUMN(
            15,
            Danger.BRIEF_LOCK,
            "a column without default",
            "name columns in statements: `SELECT *` and `RETURNING *` meet another shape"),
    ADD_COLUMN_DEFAULT(16, Danger.BRIEF_LOCK, "a column with a default", ""),
    ADD_COLUMN_VOLATILE(
            17,
            Danger.REWRITE_UNDER_LOCK,
            "a column whose default is another one for each row",
            "add it without default, set the default then, and fill old rows in batches"),
    ADD_COLUMN_REQUIRED(
            18,
            Danger.BRIEF_LOCK,
            "a column that must be given",
            "give it a default, or let it be null until every release writes it"),
    ADD_COLUMN_SEQUENCE(
            19,
            Danger.REWRITE_UNDER_LOCK,
            "a column that takes its numbers from a sequence",
            "use `GENERATED … AS IDENTITY`, which asks for no grant, or grant `USAGE` first"),
    ADD_COLUMN_IDENTITY(
            20,
            Danger.REWRITE_UNDER_LOCK,
            "an identity column",
            "add it as an ordinary column, fill it in batches, attach the sequence then"),
    ADD_COLUMN_GENERATED(
            21,
            Danger.REWRITE_UNDER_LOCK,
            "a generated column",
            "keep an ordinary column up to date by a trigger, or compute it where it is read"),
    ADD_COLUMN_NO_EQUALITY(
            22, Danger.BRIEF_LOCK, "a column of a type that cannot be compared", "use `jsonb`"),
    ADD_COLUMN_CHECK(
            23,
            Danger.SCAN_UNDER_LOCK,
            "a check of new columns only",
            "add the column first, the check `NOT VALID` then, and validate it by itself"),
    ADD_COLUMN_UNIQUE(
            24,
            Danger.SCAN_UNDER_LOCK,
            "a key of new columns only",
            "add the column, `CREATE UNIQUE INDEX CONCURRENTLY`, then `ADD CONSTRAINT … USING INDEX`"),
    ADD_COLUMN_REFERENCE(25, Danger.BRIEF_LOCK, "a reference from new columns only", ""),
    ADD_COLUMN_DOMAIN(
            26,
            Danger.REWRITE_UNDER_LOCK,
            "a column of a domain with a constraint",
            "use the domain's own type and a check that is `NOT VALID` at first"),
    DROP_COLUMN(
            27,
            Danger.BRIEF_LOCK,
            "a column is dropped",
            "let a release that does not use it run first, and drop it with the one after"),
    BODY_NAMES_GONE(
            28,
            Danger.NONE,
            "the body of a function names what is gone",
            "replace the function in the same transaction"),
    RENAME_COLUMN(
            29,
            Danger.BRIEF_LOCK,
            "a column is renamed",
            "add the new one, keep both equal by a trigger, drop the old one a release later"),
    DROP_EXPRESSION(30, Danger.BRIEF_LOCK, "a generated column becomes an ordinary one", ""),
    WIDEN_TYPE(31, Danger.BRIEF_LOCK, "a column takes more than it did", ""),
    CHANGE_TYPE(
            32,
            Danger.REWRITE_UNDER_LOCK,
            "a column's type becomes another one",
            "add a column of the new type, keep both equal by a trigger, fill it in batches, swap"),
    NARROW_TYPE(
            33,
            Danger.REWRITE_UNDER_LOCK,
            "a column takes less than it did",
            "add a check `NOT VALID`, see it hold for a release, validate it, narrow then"),
    COLLATION(
            35,
            Danger.SCAN_UNDER_LOCK,
            "a column is sorted in another way",
            "build an index with the new collation concurrently first"),
    SET_NOT_NULL(
            36,
            Danger.SCAN_UNDER_LOCK,
            "a column must be given from now on",
            "add `CHECK (… IS NOT NULL) NOT VALID`, validate it, then `SET NOT NULL`, each by itself"),
    DROP_NOT_NULL(
            38,
            Danger.BRIEF_LOCK,
            "a column may be null from now on",
            "let a release run first that expects nulls"),
    SET_DEFAULT(39, Danger.BRIEF_LOCK, "a default is another one", ""),
    DROP_NEEDED_DEFAULT(
            40,
            Danger.BRIEF_LOCK,
            "the default of a column that must be given is dropped",
            "keep it for one release longer"),
    DROP_DEFAULT(41, Danger.BRIEF_LOCK, "the default of a column that may be null is dropped", ""),
    IDENTITY_ALWAYS(
            42,
            Danger.BRIEF_LOCK,
            "numbers of an identity column can no longer be given",
            "keep `BY DEFAULT` while a release gives numbers"),
    DROP_IDENTITY(
            43,
            Danger.BRIEF_LOCK,
            "a column takes its numbers from no sequence any more",
            "in the down migration, set the sequence beyond the greatest number and grant it again"),
    ADD_CHECK(
            44,
            Danger.SCAN_UNDER_LOCK,
            "a new check",
            "add it `NOT VALID` and validate it in a transaction of its own"),
    ADD_CHECK_NOT_VALID(45, Danger.BRIEF_LOCK, "a new check that holds for new rows", ""),
    DROP_CHECK(
            46,
            Danger.BRIEF_LOCK,
            "a check is dropped or loosened",
            "let a release run first that can live with what it kept out"),
    ADD_FOREIGN_KEY(
            47,
            Danger.SCAN_UNDER_LOCK,
            "a new reference between tables",
            "add it `NOT VALID` and validate it in a transaction of its own"),
    ADD_FOREIGN_KEY_NOT_VALID(48, Danger.BRIEF_LOCK, "a new reference that holds for new rows", ""),
    DROP_FOREIGN_KEY(
            49,
            Danger.BRIEF_LOCK,
            "a reference between tables is dropped",
            "drop it in a transaction of its own, with a lock timeout: it locks both tables"),
    FOREIGN_KEY_ACTION(
            50, Danger.SCAN_UNDER_LOCK, "what a deletion does to referring rows changes", ""),
    ADD_UNIQUE(
            51,
            Danger.SCAN_UNDER_LOCK,
            "a new key",
            "`CREATE UNIQUE INDEX CONCURRENTLY`, then `ADD CONSTRAINT … USING INDEX`"),
    DROP_UNIQUE(
            53,
            Danger.BRIEF_LOCK,
            "a key is dropped",
            "keep it until no release names its columns in `ON CONFLICT`"),
    RENAME_CONSTRAINT(
            54,
            Danger.BRIEF_LOCK,
            "a constraint is renamed",
            "name columns in `ON CONFLICT`, not the constraint, before it is renamed"),
    ADD_EXCLUSION(55, Danger.SCAN_UNDER_LOCK, "a new exclusion", ""),
    DEFERRABLE(
            56,
            Danger.BRIEF_LOCK,
            "when a constraint is checked changes",
            "keep a second, immediate unique index for `ON CONFLICT`"),
    CREATE_INDEX(
            57,
            Danger.SCAN_UNDER_LOCK,
            "a new index",
            "`CREATE INDEX CONCURRENTLY`, as a statement of its own"),
    CREATE_INDEX_CONCURRENTLY(
            58, Danger.NOT_TRANSACTIONAL, "a new index, built while others write", ""),
    INVALID_INDEX(
            59,
            Danger.NOT_TRANSACTIONAL,
            "an index is invalid: nothing uses it, and it enforces nothing",
            "`REINDEX INDEX CONCURRENTLY`, or drop it and build it again"),
    DROP_INDEX(
            60,
            Danger.BRIEF_LOCK,
            "an index is dropped",
            "`DROP INDEX CONCURRENTLY`, and keep its definition for the way back"),
    ADD_LABEL(
            61,
            Danger.NONE,
            "an enumeration has a label more",
            "let a release run first that lives with unknown labels"),
    CHANGE_NAMED_TYPE(
            62,
            Danger.NONE,
            "a type or a label is renamed or gone",
            "add the new label, move the rows, drop the old one when no release writes it"),
    DOMAIN_CONSTRAINT(
            63,
            Danger.SCAN_UNDER_LOCK,
            "what a domain takes changes",
            "add the constraint `NOT VALID` and validate it by itself"),
    VIEW_GROWS(64, Danger.BRIEF_LOCK, "a view shows something else", ""),
    REMAKE_VIEW(
            65,
            Danger.BRIEF_LOCK,
            "a view is dropped, or dropped and made again",
            "`CREATE OR REPLACE VIEW` where that is enough; else grant again what was granted"),
    FUNCTION(
            66,
            Danger.NONE,
            "a function is replaced, dropped, or has a namesake",
            "give the new one another name, or no default arguments"),
    TRIGGER(
            67,
            Danger.BRIEF_LOCK,
            "a trigger or a rule is added, changed or gone",
            "let the trigger take every row that the old release writes"),
    SEQUENCE(
            68,
            Danger.NONE,
            "a sequence hands out other numbers",
            "end the migration with `setval` beyond the greatest number"),
    ATTACH_PARTITION(
            69,
            Danger.SCAN_UNDER_LOCK,
            "a table becomes a partition",
            "give it a valid check equal to its bounds first"),
    DETACH_PARTITION(
            70,
            Danger.BRIEF_LOCK,
            "a partition is detached or dropped",
            "`DETACH PARTITION … CONCURRENTLY`, when nothing writes into its range"),
    BACKFILL(
            71,
            Danger.NONE,
            "rows are written by the migration",
            "in batches, outside of the transaction that changes the schema"),
    REFRESH(
            72,
            Danger.REWRITE_UNDER_LOCK,
            "a materialized view is read anew",
            "`REFRESH MATERIALIZED VIEW CONCURRENTLY`, which needs a unique index");

    private final int number;
    private final Danger danger;
    private final String what;
    private final String recipe;

    Rule(int number, Danger danger, String what, String recipe) {
        this.number = number;
        this.danger = danger;
        this.what = what;
        this.recipe = recipe;
    }

    public String id() {
        return "R" + number;
    }

    /// To expect where nothing was measured.
    public Danger danger() {
        return danger;
    }

    public String what() {
        return what;
    }

    /// How to get the same without the harm, or empty.
    public String recipe() {
        return recipe;
    }
}
