package dev.belay.server.text;

import dev.belay.driver.backup.BackupManifest;
import dev.belay.server.operations.ArchiveView;
import dev.belay.server.operations.BackupView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Backups, a line each, the newest of each datastore first, and what archives cover beside them.
public final class BackupText {
    private static final long KIBI = 1024;

    private final StringBuilder text = new StringBuilder();
    private final Paint paint;
    private final long now;

    private BackupText(long now, boolean colour) {
        this.now = now;
        paint = new Paint(colour);
    }

    /// All of them.
    ///
    /// @param now milliseconds since the epoch
    public static String of(
            List<BackupView> backups, List<ArchiveView> archives, long now, boolean colour) {
        var writer = new BackupText(now, colour);
        if (backups.isEmpty()) {
            writer.text.append("there is no backup\n");
        }
        String datastore = "";
        for (BackupView one : backups) {
            if (!one.datastore().equals(datastore)) {
                datastore = one.datastore();
                writer.text.append(writer.paint.bold(datastore)).append('\n');
            }
            writer.write(one);
        }
        archives.forEach(writer::write);
        return writer.text.toString();
    }

    private void write(ArchiveView one) {
        text.append(paint.bold(Paint.plain(one.datastore())))
                .append(" at any instant, by ")
                .append(Paint.plain(one.archive()))
                .append('\n');
        for (ArchiveView.Span span : one.spans()) {
            text.append("  ")
                    .append(Instant.ofEpochMilli(span.from()))
                    .append(" to ")
                    .append(Instant.ofEpochMilli(span.to()))
                    .append(paint.dim(", " + Ages.of(now - span.to()) + " ago"))
                    .append('\n');
        }
        if (!one.trouble().isEmpty()) {
            text.append("  ").append(paint.bad(Paint.plain(one.trouble()))).append('\n');
        }
    }

    private void write(BackupView one) {
        if (!one.here()) {
            text.append("  ")
                    .append(Paint.plain(one.name()))
                    .append("  ")
                    .append(Ages.of(now - one.instant()))
                    .append(" old  only in its second place")
                    .append(paint.dim(", " + size(one.bytes())))
                    .append('\n');
            return;
        }
        String verified =
                one.verified() == 0
                        ? paint.bad("never verified")
                        : paint.good("verified")
                                + " in "
                                + Duration.ofMillis(one.took()).toSeconds()
                                + " s"
                                // Wherever else a copy was, people want to know.
                                + (one.where().startsWith("scratch server ")
                                        ? " on " + Paint.plain(one.where())
                                        : "");
        text.append("  ")
                .append(Paint.plain(one.name()))
                .append("  ")
                .append(Ages.of(now - one.instant()))
                .append(" old  ")
                .append(verified)
                .append(
                        paint.dim(
                                "  %s, %s"
                                        .formatted(
                                                BackupManifest.contents(
                                                        one.engine(), one.rows(), one.tables()),
                                                size(one.bytes()))))
                .append(one.encrypted() ? paint.dim(", encrypted") : "")
                .append(one.copied() ? paint.dim(", copied") : "")
                .append(
                        one.recoveredBy().isEmpty()
                                ? ""
                                : paint.dim(
                                        ", of "
                                                + Instant.ofEpochMilli(one.instant())
                                                + " by "
                                                + Paint.plain(one.recoveredBy())))
                .append('\n');
    }

    private static String size(long bytes) {
        return bytes < KIBI * KIBI
                ? Math.max(1, bytes / KIBI) + " KiB"
                : bytes / (KIBI * KIBI) + " MiB";
    }
}
