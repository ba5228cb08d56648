package dev.belay.cli.live;

import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.cli.Terminal;
import dev.belay.cli.client.ControlPlane;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Stays with releases until they come to rest. Ending this process, by Ctrl-C or otherwise,
/// changes nothing for them.
public final class Attachment {
    private static final long FRAME_MILLIS = 100;
    private static final int NEWS_MAX = 256;

    private final Terminal terminal;
    private final ControlPlane server;
    private final boolean json;
    private final BlockingQueue<News> news = new ArrayBlockingQueue<>(NEWS_MAX);
    private final Map<String, Snapshot> shown = new LinkedHashMap<>();
    private final Map<String, String> raw = new LinkedHashMap<>();
    private final Runnable revive;
    private String elsewhere = "";
    private final Observer observer;

    /// What a stream has to tell.
    sealed interface News {
        record Changed(Snapshot snapshot, String json) implements News {}

        record Lost(Stop why) implements News {}
    }

    /// @param revive called when the control plane is away, to start it when it died
    public Attachment(Terminal terminal, ControlPlane server, boolean json, Runnable revive) {
        this.terminal = terminal;
        this.server = server;
        this.json = json;
        this.revive = revive;
        this.observer = new Observer(server);
    }

    /// Follows releases of a platform in another folder, which the hint on Ctrl-C then names.
    public Attachment in(Path folder) {
        elsewhere = folder.toString();
        return this;
    }

    /// Shows them until all are at rest, then says how they ended.
    public ExitCode follow(List<String> releases) {
        var hint = new Thread(() -> detached(releases));
        Runtime.getRuntime().addShutdownHook(hint);
        List<Thread> streams = new ArrayList<>();
        for (String release : releases) {
            streams.add(Thread.ofVirtual().start(new Stream(server, release, news, revive)));
        }
        if (terminal.interactive() && !json) {
            streams.add(Thread.ofVirtual().start(observer));
        }
        try (Screen screen = terminal.interactive() && !json ? new Screen(terminal.out()) : null) {
            watch(releases.size(), screen);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            streams.forEach(Thread::interrupt);
            forget(hint);
        }
        return end();
    }

    private void watch(int releases, @Nullable Screen screen) throws InterruptedException {
        while (shown.size() < releases || !shown.values().stream().allMatch(Snapshot::atRest)) {
            Optional<News> next =
                    Optional.ofNullable(news.poll(FRAME_MILLIS, TimeUnit.MILLISECONDS));
            if (next.isPresent()) {
                take(next.get(), screen == null);
            }
            if (screen != null) {
                screen.draw(tree());
            }
        }
        if (screen != null) {
            screen.draw(tree());
        }
    }

    private List<String> tree() {
        return TreeText.of(
                shown.values(), observer.seen(), System.currentTimeMillis(), terminal.colour());
    }

    private void take(News next, boolean lines) {
        switch (next) {
            case News.Lost(Stop why) -> throw why;
            case News.Changed(Snapshot snapshot, String text) -> {
                String id = snapshot.release().id();
                Snapshot before = shown.put(id, snapshot);
                raw.put(id, text);
                observer.lookAt(snapshot.release().environment());
                if (lines && !json) {
                    ChangeLines.between(before, snapshot).forEach(terminal::print);
                }
            }
        }
    }

    private ExitCode end() {
        ExitCode code = ExitCode.DONE;
        for (Snapshot snapshot : shown.values()) {
            code = code.or(EndText.code(snapshot));
            if (!json) {
                EndText.of(snapshot, terminal.colour()).forEach(terminal::print);
            }
        }
        if (json) {
            raw.values().forEach(terminal::print);
        }
        return code;
    }

    /// Ctrl-C: the terminal back in order, and how to go on.
    private void detached(List<String> releases) {
        terminal.say("");
        String go = releases.size() == 1 ? " goes" : " go";
        terminal.say("detached; " + String.join(", ", releases) + go + " on without this command");
        if (!elsewhere.isEmpty()) {
            terminal.say("  cd " + elsewhere);
        }
        for (String release : releases) {
            terminal.say("  belay show " + release + " --follow");
            terminal.say("  belay cancel " + release + " --and-roll-back");
        }
    }

    private static void forget(Thread hint) {
        try {
            Runtime.getRuntime().removeShutdownHook(hint);
        } catch (IllegalStateException _) {
            // The process is ending already, by Ctrl-C, and the hint is being said.
        }
    }
}
