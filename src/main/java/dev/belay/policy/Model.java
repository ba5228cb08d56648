package dev.belay.policy;

import static dev.belay.policy.Model.Type.NUMBER;
import static dev.belay.policy.Model.Type.TEXT;
import static dev.belay.policy.Model.Type.TEXTS;
import static dev.belay.policy.Model.Type.TIME;
import static dev.belay.policy.Model.Type.TRUTH;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// What rules can look at, by name and type. Rules are checked against it, [Facts] fills it, and
/// the manual is made of it.
///
/// Every field is always there: what nobody wrote is empty, zero, or what counts then.
public final class Model {
    /// Of these declarations. What is kept in journals names it.
    public static final int VERSION = 2;

    /// Of a field.
    public enum Type {
        TEXT("string"),
        TRUTH("bool"),
        NUMBER("int"),
        TIME("duration"),
        TEXTS("list(string)"),
        /// A structure.
        ONE(""),
        /// A list of structures.
        MANY("");

        private final String word;

        Type(String word) {
            this.word = word;
        }
    }

    /// One field.
    ///
    /// @param of the structure, where it is one or a list of them
    /// @param keys where the manifest says it, below what it is a field of
    public record Field(
            String name, Type type, @Nullable Structure of, String about, List<String> keys) {
        public Field {
            keys = List.copyOf(keys);
        }

        /// As CEL writes it.
        public String typeText() {
            return of == null
                    ? type.word
                    : type == Type.MANY ? "list(" + of.name() + ")" : of.name();
        }
    }

    /// Fields by name.
    public record Structure(String name, String about, SequencedMap<String, Field> fields) {
        static Structure of(String name, String about, Field... fields) {
            SequencedMap<String, Field> byName = new LinkedHashMap<>();
            for (Field field : fields) {
                byName.put(field.name(), field);
            }
            return new Structure(name, about, Collections.unmodifiableSequencedMap(byName));
        }
    }

    private Model() {}

    private static Field field(String name, Type type, String about, String... keys) {
        return new Field(name, type, null, about, List.of(keys));
    }

    private static Field one(String name, Structure of, String about, String... keys) {
        return new Field(name, Type.ONE, of, about, List.of(keys));
    }

    private static Field many(String name, Structure of, String about, String... keys) {
        return new Field(name, Type.MANY, of, about, List.of(keys));
    }

    static final Structure ENVIRONMENT =
            Structure.of(
                    "Environment",
                    "Where it is released to.",
                    field("name", TEXT, "Its name."),
                    field("platform", TEXT, "The platform's name."),
                    field("target", TEXT, "`process`, `docker` or `kubernetes`.", "target"),
                    field("regulated", TEXT, "The pack that nobody leaves out here.", "regulated"),
                    field("promotes_from", TEXT, "Where revisions come from.", "promotes", "from"),
                    field(
                            "promotes_automatically",
                            TRUTH,
                            "Whether they come unasked.",
                            "promotes",
                            "automatically"),
                    field(
                            "serving_tenants",
                            NUMBER,
                            "How many of its components serve tenants. Only declared."),
                    field("boundary", TRUTH, "Whether copies of data stay inside.", "boundary"),
                    field(
                            "boundary_encrypted",
                            TRUTH,
                            "Whether they travel and lie encrypted.",
                            "boundary",
                            "encrypted"));

    static final Structure ASKED =
            Structure.of(
                    "Asked",
                    "Evidence that is asked for.",
                    field("kind", TEXT, "As `tests`."),
                    field("suite", TEXT, "Only of this name, or empty."),
                    field("from", TEXT, "Where it must have been won, or empty."),
                    field("younger_than", TIME, "How old it may be; zero is any age."),
                    field("no_regression", TRUTH, "Whether it is held against what runs."));

    static final Structure GATES =
            Structure.of(
                    "Gates",
                    "What must be so before a release goes on.",
                    field("backup", TRUTH, "A backup that was restored.", "backup"),
                    field("way_back", TRUTH, "A way back.", "way-back"),
                    field("migrated_in", TEXT, "Where its migrations were first.", "migrated-in"),
                    many("evidence", ASKED, "Evidence.", "evidence"),
                    field("checklist", TEXTS, "Points that somebody confirms.", "checklist"),
                    field("approvals", NUMBER, "How many people consent.", "approvals"),
                    field("approvers", TEXTS, "Who may; empty for whoever may.", "approvals"),
                    field("approvals_valid", TIME, "How long consent counts.", "approvals"),
                    field("windows", NUMBER, "How many windows it may begin in.", "window"),
                    field("secrets", TRUTH, "Whether values must be current.", "secrets"),
                    field(
                            "secrets_younger_than",
                            TIME,
                            "How old a secret may be; zero is any age.",
                            "secrets",
                            "younger-than"),
                    field(
                            "signatures",
                            NUMBER,
                            "How many of those who are named must have signed; 0 is nobody.",
                            "signatures"),
                    field(
                            "signatures_for",
                            TEXTS,
                            "Components and groups that must be signed; empty is all.",
                            "signatures",
                            "for"),
                    field(
                            "provenance",
                            TRUTH,
                            "Whether what is signed must say where it comes from.",
                            "signatures",
                            "provenance"),
                    field(
                            "contracts",
                            TRUTH,
                            "Whether contracts must keep what was promised.",
                            "contracts"));

    static final Structure ROLLOUT =
            Structure.of(
                    "Rollout",
                    "How it goes on.",
                    field("soak", TIME, "How long it is watched.", "soak"),
                    field("together", TRUTH, "Whether traffic moves once, at the end.", "traffic"));

    static final Structure HEALTH =
            Structure.of(
                    "Health",
                    "How an instance is asked.",
                    field("kind", TEXT, "`http`, `grpc`, `tcp`, `command`, `alive`, or empty."),
                    field("path", TEXT, "Path of `http`."),
                    field("within", TIME, "Time for the whole."));

    static final Structure TEST =
            Structure.of(
                    "Test",
                    "A smoke test.",
                    field("name", TEXT, "Its name."),
                    field("kind", TEXT, "`http`, `websocket` or `command`."),
                    field("as_tenant", TEXT, "The tenant as whom it asks, or empty."),
                    field("not_tenant", TEXT, "The tenant for whose data it asks, or empty."),
                    field("ends_refused", TRUTH, "Whether its last request must get 403 or 404."),
                    field("let_in_first", TRUTH, "Whether an earlier one must get 2xx."));

    static final Structure LIMITS =
            Structure.of(
                    "Limits",
                    "What one instance may use; 0 is no limit.",
                    field("memory", NUMBER, "Bytes."),
                    field("cpu", NUMBER, "Percent of one core."),
                    field("open_files", NUMBER, "Files and sockets."),
                    field("processes", NUMBER, "Processes and threads."));

    static final Structure STOP =
            Structure.of(
                    "Stop",
                    "How an instance ends.",
                    field("signal", TEXT, "As `TERM`, or empty."),
                    field("grace", TIME, "After the signal."),
                    field("drain", TIME, "For requests under way."));

    static final Structure LOGS =
            Structure.of(
                    "Logs",
                    "What somebody says of its logs. Only declared.",
                    field("declared", TRUTH, "Whether anybody says anything."),
                    field("phi", TRUTH, "Whether health data may be in them."),
                    field("retention", TIME, "How long they are kept."));

    static final Structure COMPONENT =
            Structure.of(
                    "Component",
                    "Something that deploys on its own.",
                    field("name", TEXT, "Its name."),
                    field("kind", TEXT, "As `service`.", "kind"),
                    field("port", NUMBER, "Its stable port, or 0.", "port"),
                    field("instances", NUMBER, "How many run; 0 where none stay.", "instances"),
                    field("strategy", TEXT, "As `blue-green`, or empty.", "strategy"),
                    field("uses", TEXTS, "Datastores and externals.", "uses"),
                    field("after", TEXTS, "What must stand before it.", "after"),
                    field("required", TEXTS, "Names of variables that must be set.", "env"),
                    field("secrets", TEXTS, "Names of those that are secret.", "env"),
                    field("plain", TEXTS, "Names of those that have a value here.", "env"),
                    one("health", HEALTH, "When it may have requests.", "health"),
                    one("liveness", HEALTH, "When it is taken for dead.", "liveness"),
                    one("limits", LIMITS, "What it may use.", "limits"),
                    one("stop", STOP, "How it is stopped.", "stop"),
                    many("smoke", TEST, "Its smoke tests.", "smoke"),
                    field("entrances", TEXTS, "Where else it is found.", "at"),
                    field("migrates", TEXT, "The datastore it migrates, or empty.", "migrations"),
                    field("contracts", TEXTS, "Files that say what it promises.", "contracts"),
                    field("owner", TEXT, "Who is called, or empty.", "owner"),
                    field("contact", TEXT, "Where, or empty.", "contact"),
                    field("runbook", TEXT, "What they read, or empty.", "runbook"),
                    field("phi", TRUTH, "Whether it handles health data. Only declared.", "data"),
                    field("tenants", TRUTH, "Whether it serves tenants. Only declared.", "serves"),
                    one("logs", LOGS, "Its logs. Only declared.", "logs"));

    static final Structure BACKUP =
            Structure.of(
                    "Backup",
                    "How it is backed up.",
                    field("daily", TRUTH, "Whether every day, unasked.", "daily"),
                    field("archived", TRUTH, "Whether its log is archived.", "archive"),
                    field("encrypted", TRUTH, "Whether backups are encrypted.", "recipients"),
                    field("copied", TRUTH, "Whether there is a second place.", "copy"),
                    field("keep", TIME, "How long they are kept.", "keep"),
                    field("drill", TIME, "How often one is restored; zero is never.", "drill"));

    static final Structure DATASTORE =
            Structure.of(
                    "Datastore",
                    "Keeps data that outlives releases.",
                    field("name", TEXT, "Its name."),
                    field("engine", TEXT, "As `postgres`.", "engine"),
                    field("optional", TRUTH, "Whether it may be down.", "optional"),
                    field("local", TRUTH, "Whether `belay up` starts it.", "local"),
                    field("kept", TRUTH, "Whether a gate for backups wants one.", "backup"),
                    one("backup", BACKUP, "Its backups.", "backup"),
                    field("owner", TEXT, "Who is called, or empty.", "owner"),
                    field("phi", TRUTH, "Whether health data are in it. Only declared.", "data"),
                    field(
                            "encrypted_at_rest",
                            TRUTH,
                            "Whether its data lie encrypted. Only declared.",
                            "data"));

    static final Structure EXTERNAL =
            Structure.of(
                    "External",
                    "A service of somebody else.",
                    field("name", TEXT, "Its name."),
                    field("engine", TEXT, "As `http`.", "engine"),
                    field("optional", TRUTH, "Whether it may be down.", "optional"),
                    field("tls", TEXT, "`yes`, `no`, or `unknown`, by its `url`.", "url"),
                    field("vendor", TEXT, "Who runs it, or empty. Only declared.", "vendor"),
                    field("phi", TRUTH, "Whether it is sent health data. Only declared.", "data"),
                    field("owner", TEXT, "Who is called, or empty.", "owner"));

    static final Structure ENTRANCE =
            Structure.of(
                    "Entrance",
                    "A port that components share, if one is found there.",
                    field("name", TEXT, "Its name."),
                    field("port", NUMBER, "Its port.", "port"),
                    field("tls", TRUTH, "Whether it speaks TLS.", "tls"),
                    field("minimum", TEXT, "The oldest version of it, or empty.", "tls"),
                    field("proxied", TRUTH, "Whether only proxies may connect.", "proxies"));

    static final Structure RELEASE =
            Structure.of(
                    "Release",
                    "What was asked for.",
                    field("submitter", TEXT, "Who asked."),
                    field("components", TEXTS, "What it brings or removes."),
                    field("skipped", TEXTS, "What is left out, by name."),
                    field("exceptions", TEXTS, "What is excepted from what is asked for."),
                    field("overrides", TEXTS, "Keys that `--set` changes."),
                    field("way_back", TRUTH, "Whether there is one from every step."));

    static final Structure MIGRATION =
            Structure.of(
                    "Migration",
                    "A schema change.",
                    field("version", TEXT, "Its version."),
                    field("name", TEXT, "Its name."),
                    field("one_way", TEXT, "Why there is no way back, or empty."),
                    field("contract", TRUTH, "Whether it takes something away."));

    static final Structure CHANGE =
            Structure.of(
                    "Change",
                    "What a release changes of one component, or of one shared schema.",
                    field("name", TEXT, "Of the component or datastore."),
                    field("from", TEXT, "The revision that runs, or empty."),
                    field("to", TEXT, "The revision that will."),
                    field("artifact", TEXT, "Its digest."),
                    field("instances", NUMBER, "How many will run."),
                    field("removed", TRUTH, "Whether nothing will."),
                    many("migrations", MIGRATION, "Those that are new."),
                    field(
                            "verdict",
                            TEXT,
                            "Of their rehearsal: `compatible`, `dangerous`, `breaking`; `unknown`"
                                    + " before there was one, `none` without migrations."),
                    field("plain_revert", TRUTH, "Whether what runs now runs on the new schema."));

    static final Structure STEP =
            Structure.of(
                    "Step",
                    "A step of the plan.",
                    field("number", NUMBER, "From 1."),
                    field("title", TEXT, "For people."),
                    field("phase", TEXT, "As `migrate`."),
                    field("component", TEXT, "Whose it is, or empty."),
                    field("once", TRUTH, "Whether it must never be repeated."),
                    field("undo", TEXT, "`nothing`, `apply` or `impossible`."));

    static final Structure PARAMETERS =
            Structure.of(
                    "Parameters",
                    "What a pack is measured by, of this environment.",
                    field("approvals", NUMBER, "Fewest approvals."),
                    field("approved_vendors", TEXTS, "Vendors that externals may be of."),
                    field("drain", TIME, "Least time for requests under way."),
                    field("evidence", TEXTS, "Kinds of evidence that must be asked for."),
                    field("instances", NUMBER, "Fewest instances."),
                    field("retention", TIME, "Least time that logs are kept."),
                    field("soak", TIME, "Shortest soak."));

    /// What every rule sees.
    static final Structure ROOT =
            Structure.of(
                    "",
                    "What every rule sees.",
                    one("environment", ENVIRONMENT, "Where to."),
                    one("gates", GATES, "Its gates.", "gates"),
                    one("rollout", ROLLOUT, "Its rollout.", "rollout"),
                    many(
                            "components",
                            COMPONENT,
                            "All that it has; a rule that names them keeps them in every plan.",
                            "components"),
                    many("datastores", DATASTORE, "All that it has.", "datastores"),
                    many("externals", EXTERNAL, "All that it has.", "external"),
                    many("entrances", ENTRANCE, "Those where something is.", "entrances"),
                    one("parameters", PARAMETERS, "Of the rule's pack.", "policies"),
                    one("release", RELEASE, "The release."),
                    many("changes", CHANGE, "What it changes."),
                    many("steps", STEP, "Its steps."));

    /// Known only once a release is planned.
    static final List<String> PLANNED = List.of("release", "changes", "steps");

    /// Word after `each` to the list that it goes through.
    static final SequencedMap<String, String> EACH = each();

    private static SequencedMap<String, String> each() {
        SequencedMap<String, String> each = new LinkedHashMap<>();
        each.put("component", "components");
        each.put("datastore", "datastores");
        each.put("external", "externals");
        each.put("entrance", "entrances");
        each.put("change", "changes");
        each.put("step", "steps");
        return each;
    }

    static List<Structure> structures() {
        return List.of(
                ENVIRONMENT,
                GATES,
                ASKED,
                ROLLOUT,
                COMPONENT,
                HEALTH,
                LIMITS,
                STOP,
                TEST,
                LOGS,
                DATASTORE,
                BACKUP,
                EXTERNAL,
                ENTRANCE,
                PARAMETERS,
                RELEASE,
                CHANGE,
                MIGRATION,
                STEP);
    }

    /// A list's structure.
    static Structure structureOf(String root) {
        Field field = ROOT.fields().get(root);
        if (field == null || field.of() == null) {
            throw new IllegalArgumentException(root);
        }
        return field.of();
    }
}
