package dev.belay;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Belay as a user has it: the start script beside the built archive, without sources. `verify`
/// makes one, with caches for fast starts as the script makes them, and names it by the property
/// `tests.installed`. Without the property, in an editor, one is made of the classes that are
/// tested, and starts slowly.
public final class Installed {
    private static final String GIVEN = System.getProperty("tests.installed", "");
    private static final Path HOME = home();

    private Installed() {}

    /// The start script.
    public static String belay() {
        return HOME.resolve("belay").toString();
    }

    /// A process that is to run the script needs these.
    public static void equip(ProcessBuilder builder) {
        Map<String, String> environment = builder.environment();
        environment.remove("BELAY_STATE");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        if (GIVEN.isEmpty()) {
            environment.put("BELAY_NO_CACHE", "yes");
        }
    }

    /// Puts the start script into a folder, as a clone has it, and files or folders of the
    /// repository beside it.
    public static void into(Path folder, String... names) throws IOException {
        Files.createSymbolicLink(folder.resolve("belay"), Path.of(belay()));
        for (String name : names) {
            copy(Path.of(name), folder.resolve(name));
        }
    }

    /// What java needs beside the gateway's own flags to run it from there: the archive and, where
    /// there is one, the cache that fits it; and the options that a control plane would hand on.
    public static List<String> gatewayFlags() throws IOException {
        Path built = HOME.resolve("target");
        var flags = new ArrayList<>(List.of("-cp", built.resolve("belay.jar").toString()));
        try (Stream<Path> caches = Files.list(built)) {
            caches.filter(one -> one.toString().endsWith("-gateway.aot"))
                    .filter(one -> one.toFile().length() > 0)
                    .forEach(one -> flags.add("-XX:AOTCache=" + one));
        }
        Arrays.stream(System.getProperty("belay.gateway.options", "").split(" ", -1))
                .filter(one -> !one.isEmpty())
                .forEach(flags::add);
        return flags;
    }

    private static Path home() {
        if (!GIVEN.isEmpty()) {
            return Path.of(GIVEN);
        }
        try {
            Path home = Files.createTempDirectory("belay-installed");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(home)));
            copy(Path.of("belay"), home.resolve("belay"));
            copy(Path.of("bin"), home.resolve("bin"));
            copy(Path.of("src/main/jvm"), home.resolve("target/jvm"));
            archive(home.resolve("target/belay.jar"));
            return home;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What is tested and what it needs, without the tests.
    private static void archive(Path file) throws IOException {
        String classPath =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> !entry.endsWith("test-classes"))
                        .map(entry -> Path.of(entry).toUri().toString())
                        .collect(Collectors.joining(" "));
        var manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, "dev.belay.cli.Main");
        attributes.put(Attributes.Name.CLASS_PATH, classPath);
        try (OutputStream out = Files.newOutputStream(file)) {
            new JarOutputStream(out, manifest).close();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.resolveSibling("."));
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file)).normalize();
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("not all of " + folder + " is gone: " + e.getMessage());
        }
    }
}
