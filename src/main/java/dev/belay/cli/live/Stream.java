package dev.belay.cli.live;

import dev.belay.cli.Stop;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// Listens to the events of one release, over restarts of the control plane, until the release is
/// at rest.
final class Stream implements Runnable {
    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final Duration AWAY = Duration.ofSeconds(60);

    /// A service manager, where there is one, comes first.
    private static final Duration REVIVE_AFTER = Duration.ofSeconds(5);

    private static final Duration AGAIN = Duration.ofMillis(200);
    private static final String DATA = "data:";

    private final ControlPlane server;
    private final String release;
    private final BlockingQueue<Attachment.News> news;
    private final Runnable revive;

    Stream(
            ControlPlane server,
            String release,
            BlockingQueue<Attachment.News> news,
            Runnable revive) {
        this.server = server;
        this.release = release;
        this.news = news;
        this.revive = revive;
    }

    @Override
    public void run() {
        try {
            follow();
        } catch (InterruptedException _) {
            // Nobody listens to us any more.
        }
    }

    private void follow() throws InterruptedException {
        long lost = 0;
        boolean asked = false;
        while (true) {
            try {
                if (listen(server.again())) {
                    return;
                }
                lost = 0;
                asked = false;
            } catch (IOException e) {
                long now = System.nanoTime();
                lost = lost == 0 ? now : lost;
                if (!asked && now - lost > REVIVE_AFTER.toNanos()) {
                    asked = true;
                    revive.run();
                }
                if (now - lost > AWAY.toNanos()) {
                    news.put(new Attachment.News.Lost(gone(e)));
                    return;
                }
            } catch (Stop stop) {
                news.put(new Attachment.News.Lost(stop));
                return;
            }
            Thread.sleep(AGAIN);
        }
    }

    /// @return whether the release came to rest
    private boolean listen(@Nullable ControlPlane now) throws IOException, InterruptedException {
        if (now == null) {
            throw new IOException("it has ended");
        }
        String path = "/api/v1/releases/" + URLEncoder.encode(release, StandardCharsets.UTF_8);
        Http.Request request = Http.Request.get(path + "/events").patient(SILENCE);
        try (Http.Answer answer = now.answerOrRefusal(request.with("Accept", "text/event-stream"));
                var lines =
                        new BufferedReader(
                                new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            var data = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(DATA)) {
                    data.append(line, DATA.length(), line.length());
                } else if (line.isEmpty() && !data.isEmpty()) {
                    String json = data.toString().strip();
                    data.setLength(0);
                    Snapshot snapshot = Snapshot.parse(json);
                    news.put(new Attachment.News.Changed(snapshot, json));
                    if (snapshot.atRest()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private Stop gone(IOException e) {
        return Stop.failed(
                "the control plane has been away for a minute ("
                        + e.getMessage()
                        + "); `"
                        + release
                        + "` is safe in its journal and goes on when it is back",
                "`belay up`, then `belay show " + release + " --follow`");
    }
}
