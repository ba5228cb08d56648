package dev.belay.release.people;

import java.util.Locale;

/// What somebody can be allowed to do. Every endpoint names those that it takes.
public enum Action {
    READ("look at status, releases, plans, logs and backups"),
    AUDIT("read who did what, of all environments"),
    PLAN("check, plan and rehearse, which runs the builds of the manifest"),
    DEPLOY("release, promote, roll back, pause, resume and cancel"),
    APPROVE("consent to what somebody else submitted"),
    DECIDE("decide about a held release"),
    EXCEPT("leave out what an environment asks for, or go where there is no way back"),
    OPERATE("backups, drills, doors, datastores, gateway, the control plane's end"),
    DATA("what can lose data: restores, schemas that go back, histories taken over, wiping"),
    OVERRIDE("say other than the manifest with `--set`, and so run any command"),
    PEOPLE("add people, give them roles and tokens, and take them away");

    private final String meaning;

    Action(String meaning) {
        this.meaning = meaning;
    }

    /// As people write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// What it lets somebody do.
    public String meaning() {
        return meaning;
    }
}
