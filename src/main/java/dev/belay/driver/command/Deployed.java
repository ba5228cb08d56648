package dev.belay.driver.command;

import dev.belay.driver.host.Recipe;
import dev.belay.release.DeployCommands;
import java.time.Instant;

/// What is on record of one revision of a component.
///
/// @param recipe with what its commands are started: no words, and names of secrets only
/// @param deployment what it is called where it is, as `deploy` said
/// @param url where it can be asked, as `deploy` said
/// @param served whether it ever had the requests
/// @param retired whether it is wanted no more, and stays because nothing removes it
/// @param instead which one had the requests when it took them by being deployed
/// @param since when that began
record Deployed(
        Recipe recipe,
        DeployCommands by,
        Stage stage,
        String deployment,
        String url,
        boolean served,
        boolean retired,
        String instead,
        Instant since) {
    /// What is known of its `deploy`.
    enum Stage {
        /// It runs, or nobody looked since.
        BEGAN,

        /// It ended, and nobody saw how.
        UNSEEN,

        /// It ended badly, and something of it may be there.
        FAILED,

        /// It ended well.
        THERE,

        /// It is being removed, or nobody looked since.
        LEAVING
    }

    static Deployed beginning(Recipe recipe, DeployCommands by, Instant now) {
        return new Deployed(recipe, by, Stage.BEGAN, "", "", false, false, "", now);
    }

    boolean isThere() {
        return stage == Stage.THERE;
    }

    Deployed at(Stage next) {
        return new Deployed(recipe, by, next, deployment, url, served, retired, instead, since);
    }

    Deployed beginningAgain(Recipe with, DeployCommands now, Instant when) {
        return new Deployed(with, now, Stage.BEGAN, deployment, url, served, false, instead, when);
    }

    /// What a command said of it; what it did not say stays.
    Deployed called(Reply reply) {
        return new Deployed(
                recipe,
                by,
                stage,
                reply.deployment().isEmpty() ? deployment : reply.deployment(),
                reply.url().isEmpty() ? url : reply.url(),
                served,
                retired,
                instead,
                since);
    }

    Deployed serving() {
        return new Deployed(recipe, by, stage, deployment, url, true, retired, instead, since);
    }

    Deployed instead(String of) {
        return new Deployed(recipe, by, stage, deployment, url, served, retired, of, since);
    }

    Deployed retired(boolean so) {
        return new Deployed(recipe, by, stage, deployment, url, served, so, instead, since);
    }
}
