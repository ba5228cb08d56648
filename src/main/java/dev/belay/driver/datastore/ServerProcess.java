package dev.belay.driver.datastore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/// A process that is recognised for certain: a number alone may long be somebody else's, so the
/// kernel's start time and the boot belong to it.
///
/// @param signal what stops it politely
record ServerProcess(long pid, String startTime, String boot, String signal) {
    /// The process with this number as it is now, if it lives.
    static Optional<ServerProcess> of(long pid, String signal) {
        return startTime(pid).map(start -> new ServerProcess(pid, start, currentBoot(), signal));
    }

    /// What `file` records, if that very process still lives.
    static Optional<ServerProcess> recorded(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        String[] words = Files.readString(file).strip().split(" ", -1);
        if (words.length != 4 || !words[0].matches("[0-9]{1,9}")) {
            return Optional.empty();
        }
        var process = new ServerProcess(Long.parseLong(words[0]), words[1], words[2], words[3]);
        return process.lives() ? Optional.of(process) : Optional.empty();
    }

    void writeTo(Path file) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, String.join(" ", "" + pid, startTime, boot, signal) + "\n");
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    boolean lives() {
        return boot.equals(currentBoot()) && startTime(pid).filter(startTime::equals).isPresent();
    }

    /// Field 22 of `/proc/PID/stat`; the second may hold blanks and brackets. A zombie is dead.
    private static Optional<String> startTime(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return fields[0].equals("Z") ? Optional.empty() : Optional.of(fields[19]);
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    private static String currentBoot() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException hidden) {
            return "unknown";
        }
    }
}
