package dev.belay.gateway;

import dev.belay.gateway.log.AccessLog;
import dev.belay.gateway.log.LogSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// The settings of the access log: on disk before they count, so that the next gateway goes by
/// them, too.
final class LogKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LogKeeper.class);

    private final Path folder;
    private final Path file;
    private final AccessLog log;

    LogKeeper(Path folder, AccessLog log) {
        this.folder = folder;
        this.file = folder.resolve("log.json");
        this.log = log;
    }

    AccessLog log() {
        return log;
    }

    /// Takes up what was set before. Settings that cannot be read leave the log off: no gateway
    /// stays down for its log.
    void restore() {
        try {
            var json = RouteJson.MAPPER.readTree(Files.readString(file));
            LogJson.Reading reading = LogJson.read(json, LogSettings.OFF);
            if (reading.problems().isEmpty()) {
                log.settings(reading.settings());
            } else {
                LOG.warn("{} is not what it should be; the access log stays off", file);
            }
        } catch (NoSuchFileException _) {
            LOG.debug("the access log was never set");
        } catch (JacksonException e) {
            LOG.warn("{} is not JSON; the access log stays off: {}", file, e.getOriginalMessage());
        } catch (IOException e) {
            LOG.warn("{} cannot be read; the access log stays off: {}", file, e.getMessage());
        }
    }

    /// Goes by these from now on, after a restart as well.
    synchronized void set(LogSettings settings) throws IOException {
        Path next = folder.resolve("log.json.next");
        byte[] bytes = LogJson.write(settings).toString().getBytes(StandardCharsets.UTF_8);
        try (FileChannel channel =
                FileChannel.open(
                        next,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
        log.settings(settings);
    }
}
