package dev.belay.server.access;

import static dev.belay.release.people.Action.APPROVE;
import static dev.belay.release.people.Action.AUDIT;
import static dev.belay.release.people.Action.DATA;
import static dev.belay.release.people.Action.DECIDE;
import static dev.belay.release.people.Action.DEPLOY;
import static dev.belay.release.people.Action.EXCEPT;
import static dev.belay.release.people.Action.OPERATE;
import static dev.belay.release.people.Action.OVERRIDE;
import static dev.belay.release.people.Action.PEOPLE;
import static dev.belay.release.people.Action.PLAN;
import static dev.belay.release.people.Action.READ;
import static dev.belay.server.access.Where.BODY;
import static dev.belay.server.access.Where.EVERYWHERE;
import static dev.belay.server.access.Where.PAIR;
import static dev.belay.server.access.Where.PATH;
import static dev.belay.server.access.Where.PUBLIC;
import static dev.belay.server.access.Where.QUERY;
import static dev.belay.server.access.Where.RELEASE;
import static dev.belay.server.access.Where.SELF;
import static dev.belay.server.access.Where.SOMEWHERE;

import dev.belay.plan.Phase;
import dev.belay.plan.Selection;
import dev.belay.release.people.Action;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/// What every endpoint needs: the one table. An endpoint that is not in it cannot be registered,
/// and one that is in it and not served keeps the control plane from starting.
///
/// Whoever adds one adds a line here and one to `access.tsv` among the tests, which is written
/// without this table and says who gets through.
public final class Access {
    private static final String ENV = "/api/v1/environments/{env}/";
    private static final String ID = "/api/v1/releases/{id}";

    private final Map<String, Need> needs = new LinkedHashMap<>();

    private Access() {}

    /// Everything that a control plane serves.
    public static Access standard() {
        var access = new Access();
        access.pages();
        access.releases();
        access.environments();
        access.data();
        access.evidence();
        access.system();
        access.audit();
        access.people();
        return access;
    }

    /// Other endpoints, for tests of what stands before them.
    public static Access of(Map<String, Need> needs) {
        var access = new Access();
        access.needs.putAll(needs);
        return access;
    }

    private void pages() {
        add("GET /healthz", READ, PUBLIC);
        add("GET /", READ, SOMEWHERE);
        add("GET /page/body", READ, SOMEWHERE);
        add("GET /assets/page.css", READ, SELF);
        add("GET /assets/page.js", READ, SELF);
    }

    private void releases() {
        // With `--set` the builds are whatever somebody types.
        add("POST /api/v1/check", Need.of(PLAN, BODY).with("set", "", OVERRIDE));
        add("POST /api/v1/plans", Need.of(PLAN, BODY).with("set", "", OVERRIDE));
        add("POST /api/v1/releases", deploy());
        add("POST /api/v1/rollbacks", Need.of(DEPLOY, BODY).with("schema", "true", DATA));
        add("GET /api/v1/releases", READ, QUERY);
        add("GET " + ID, READ, RELEASE);
        add("GET " + ID + "/plan", READ, RELEASE);
        add("GET " + ID + "/journal", READ, RELEASE);
        add("GET " + ID + "/why", READ, RELEASE);
        add("GET " + ID + "/rollouts", READ, RELEASE);
        add("GET " + ID + "/events", READ, RELEASE);
        add("POST " + ID + "/schedule", DEPLOY, RELEASE);
        add("GET " + ID + "/consent", READ, RELEASE);
        add("POST " + ID + "/approvals", APPROVE, RELEASE);
        add("POST " + ID + "/checklist", DEPLOY, RELEASE);
        add("POST " + ID + "/commands", Need.of(DEPLOY, RELEASE).with("command", "decide", DECIDE));
    }

    /// Whoever leaves a safeguard out goes past what the environment asks for, and so does whoever
    /// accepts that there is no way back.
    private static Need deploy() {
        Need need =
                Need.of(DEPLOY, BODY)
                        .with("set", "", OVERRIDE)
                        .with("acceptNoWayBack", "true", EXCEPT);
        for (Phase phase : Phase.values()) {
            if (phase.safeguards()) {
                need = need.with("skip", phase.name().toLowerCase(Locale.ROOT), EXCEPT);
            }
        }
        return need.with("skip", Selection.POLICY, EXCEPT);
    }

    private void environments() {
        add("GET /api/v1/environments", READ, SOMEWHERE);
        add("GET " + ENV + "status", READ, PATH);
        add("GET " + ENV + "why", READ, PATH);
        add("GET " + ENV + "logs", READ, PATH);
        add("GET " + ENV + "parity", READ, PAIR);
        add("GET " + ENV + "calibration", READ, PATH);
        add("GET " + ENV + "contracts/{component}", READ, PATH);
        add("GET " + ENV + "promotion", READ, PATH);
        add("POST " + ENV + "promotion", DEPLOY, PATH);
        add("POST " + ENV + "up", OPERATE, PATH);
        add("POST " + ENV + "down", Need.of(OPERATE, PATH).with("wipe", "true", DATA));
        add("POST " + ENV + "hold", OPERATE, PATH);
        add("POST " + ENV + "maintenance", OPERATE, PATH);
        add("POST " + ENV + "open", OPERATE, PATH);
        add("GET /api/v1/freezes", READ, SOMEWHERE);
        add("POST " + ENV + "freeze", OPERATE, PATH);
        add("POST " + ENV + "thaw", OPERATE, PATH);
    }

    private void data() {
        add("GET " + ENV + "migrations", READ, PATH);
        add("POST " + ENV + "adoptions", DATA, PATH);
        add("GET " + ENV + "backups", READ, PATH);
        add("POST " + ENV + "backups", OPERATE, PATH);
        add("POST " + ENV + "drills", OPERATE, PATH);
        add("POST " + ENV + "rehearsals", PLAN, PATH);
        add("POST " + ENV + "restores", DATA, PATH);
        add("POST " + ENV + "restores/give-up", DATA, PATH);
    }

    private void evidence() {
        add("POST " + ENV + "evidence-files", DEPLOY, PATH);
        add("POST " + ENV + "evidence", DEPLOY, PATH);
        add("POST " + ENV + "artifacts", DEPLOY, PATH);
        add("GET " + ENV + "artifacts/{digest}", DEPLOY, PATH);
        add("GET /api/v1/evidence", READ, SOMEWHERE);
        add("GET /api/v1/evidence/{id}", READ, SOMEWHERE);
        add("POST " + ENV + "evidence/{id}/withdraw", DEPLOY, PATH);
        add("GET " + ENV + "evidence/{id}/files/{digest}", DEPLOY, PATH);
        add("POST " + ENV + "rollback-trials", DEPLOY, PATH);
        add("POST " + ENV + "pipelines", DEPLOY, PATH);
    }

    private void system() {
        add("GET /api/v1/gateway", READ, EVERYWHERE);
        add("GET /api/v1/gateway/counts", READ, EVERYWHERE);
        add("GET /api/v1/gateway/metrics", READ, EVERYWHERE);
        add("GET /api/v1/gateway/log", READ, EVERYWHERE);
        add("PUT /api/v1/gateway/log", OPERATE, EVERYWHERE);
        add("POST /api/v1/gateway/upgrade", OPERATE, EVERYWHERE);
        add("POST /api/v1/shutdown", OPERATE, EVERYWHERE);
    }

    private void audit() {
        add("GET /api/v1/audit", AUDIT, EVERYWHERE);
        add("GET /api/v1/audit/key", READ, SELF);
        add("GET /api/v1/audit/checkpoint", AUDIT, EVERYWHERE);
        add("GET /api/v1/audit/proof", AUDIT, EVERYWHERE);
        add("GET /api/v1/audit/verification", AUDIT, EVERYWHERE);
        add("GET /api/v1/audit/witnesses", AUDIT, EVERYWHERE);
        // Not those whom the witnesses watch, as far as there are others.
        add("POST /api/v1/audit/witnesses", PEOPLE, EVERYWHERE);
        add("POST /api/v1/audit/witnesses/remove", PEOPLE, EVERYWHERE);
        add("GET " + ID + "/evidence", AUDIT, RELEASE);
    }

    private void people() {
        add("GET /api/v1/whoami", READ, SELF);
        add("GET /api/v1/users", PEOPLE, EVERYWHERE);
        add("POST /api/v1/users", PEOPLE, EVERYWHERE);
        add("POST /api/v1/users/{name}/grants", PEOPLE, EVERYWHERE);
        add("POST /api/v1/users/{name}/revocations", PEOPLE, EVERYWHERE);
        add("POST /api/v1/users/{name}/disable", PEOPLE, EVERYWHERE);
        add("POST /api/v1/users/{name}/enable", PEOPLE, EVERYWHERE);
        add("POST /api/v1/users/{name}/remove", PEOPLE, EVERYWHERE);
        // His own; what is another's is asked about where it is known whose it is.
        add("GET /api/v1/tokens", READ, SELF);
        add("POST /api/v1/tokens", READ, SELF);
        add("POST /api/v1/tokens/{token}/revoke", READ, SELF);
    }

    private void add(String endpoint, Action action, Where where) {
        add(endpoint, Need.of(action, where));
    }

    private void add(String endpoint, Need need) {
        if (needs.putIfAbsent(endpoint, need) != null) {
            throw new IllegalStateException(endpoint + " stands in the table twice");
        }
    }

    /// What an endpoint needs.
    ///
    /// @param endpoint as `GET /api/v1/environments`
    /// @throws IllegalStateException when the table does not say
    public Need of(String endpoint) {
        Need need = needs.get(endpoint);
        if (need == null) {
            throw new IllegalStateException(
                    endpoint + " has no line in the table of `Access`: what does it need?");
        }
        return need;
    }

    /// Every endpoint with what it needs, in the order of the table.
    public Map<String, Need> all() {
        return java.util.Collections.unmodifiableMap(needs);
    }

    /// Refuses to serve anything that is not in the table, and a table that says more.
    ///
    /// @throws IllegalStateException with the endpoints
    public void requireExactly(Collection<String> served) {
        var unknown = new TreeSet<>(served);
        unknown.removeAll(needs.keySet());
        var missing = new TreeSet<>(needs.keySet());
        served.forEach(missing::remove);
        if (!unknown.isEmpty() || !missing.isEmpty()) {
            throw new IllegalStateException(
                    "served without a line in the table of `Access`: "
                            + unknown
                            + "; in the table and not served: "
                            + missing);
        }
    }
}
