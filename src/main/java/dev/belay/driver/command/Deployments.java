package dev.belay.driver.command;

import dev.belay.driver.command.Deployed.Stage;
import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.host.Life;
import dev.belay.driver.host.ScopedCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What is on record of one component's revisions. Written before a command begins, and caught up
/// with what became of commands whenever somebody has the scope's lock: whoever waited for a
/// command may be gone by the time that it ends.
///
/// @param folded the last command whose end is in here
/// @param live the revision that has the requests; empty when none has
/// @param moving the one that is being given them, or of which nobody knows whether it was
/// @param url where the platform is reached, as `promote` said
record Deployments(
        long folded, String live, String moving, String url, SortedMap<String, Deployed> all) {
    static final String FILE = "deployments.json";
    static final Deployments NONE = new Deployments(0, "", "", "", new TreeMap<>());

    private static final JsonMapper JSON = JsonMapper.shared();

    Deployments {
        all = Collections.unmodifiableSortedMap(new TreeMap<>(all));
    }

    static Deployments read(Path file) throws IOException {
        Optional<String> text = DurableFile.read(file);
        try {
            return text.map(json -> JSON.readValue(json, Deployments.class)).orElse(NONE);
        } catch (JacksonException e) {
            throw new IOException("`" + file + "` is damaged", e);
        }
    }

    void write(Path file) throws IOException {
        DurableFile.write(file, JSON.writeValueAsBytes(this));
    }

    Optional<Deployed> of(String revision) {
        return Optional.ofNullable(all.get(revision));
    }

    /// Whether it certainly has the requests, and nobody else may.
    boolean serves(String revision) {
        return live.equals(revision) && moving.isEmpty();
    }

    /// Whether it may have them.
    boolean mayServe(String revision) {
        return live.equals(revision) || moving.equals(revision);
    }

    Deployments with(String revision, Deployed deployed) {
        var more = new TreeMap<>(all);
        more.put(revision, deployed);
        return new Deployments(folded, live, moving, url, more);
    }

    Deployments without(String revision) {
        var less = new TreeMap<>(all);
        less.remove(revision);
        return new Deployments(
                folded,
                live.equals(revision) ? "" : live,
                moving.equals(revision) ? "" : moving,
                live.equals(revision) ? "" : url,
                less);
    }

    Deployments moving(String revision) {
        return new Deployments(folded, live, revision, url, all);
    }

    Deployments nobodyServes() {
        return new Deployments(folded, "", "", "", all);
    }

    Deployments served(String revision, String at) {
        var next = new Deployments(folded, revision, "", at, all);
        return next.changed(revision, Deployed::serving);
    }

    Deployments changed(String revision, UnaryOperator<Deployed> change) {
        Deployed is = all.get(revision);
        return is == null ? this : with(revision, change.apply(is));
    }

    private Deployments folded(long token) {
        return new Deployments(token, live, moving, url, all);
    }

    /// What is known after a command ended.
    ///
    /// @param reply what it answered; empty when that cannot be read
    Deployments after(ScopedCommands.Ended ended, Optional<Reply> reply) {
        Deployments next = folded(ended.token());
        String revision = ended.revision();
        Deployed is = all.get(revision);
        if (is == null) {
            return next;
        }
        boolean well = ended.began() && ended.status() == 0 && reply.isPresent();
        Reply said = reply.orElse(Reply.NOTHING);
        if (ended.verb().equals(Verb.REMOVE.word())) {
            return well
                    ? next.without(revision)
                    : next.changed(revision, one -> one.at(Stage.FAILED));
        }
        if (ended.verb().equals(Verb.PROMOTE.word())
                || (ended.verb().equals(Verb.ROLLBACK.word()) && is.by().separatesTraffic())) {
            return well ? next.served(revision, said.url()) : ended.began() ? next : next.stays();
        }
        if (!ended.began()) {
            return next.changed(revision, one -> one.at(Stage.FAILED)).stays();
        }
        if (!well) {
            boolean unseen = ended.status() == Life.NO_STATUS && !ended.killed();
            return next.changed(revision, one -> one.at(unseen ? Stage.UNSEEN : Stage.FAILED));
        }
        return next.there(revision, said);
    }

    private Deployments stays() {
        return moving("");
    }

    /// A revision stands, as somebody said who could tell.
    Deployments there(String revision, Reply said) {
        Deployed is = all.get(revision);
        if (is == null) {
            return this;
        }
        Deployments next = with(revision, is.at(Stage.THERE).retired(false).called(said));
        return is.by().separatesTraffic() ? next : next.served(revision, said.url());
    }
}
