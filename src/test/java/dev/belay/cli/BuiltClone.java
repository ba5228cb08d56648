package dev.belay.cli;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A folder that looks like a built clone: the real `./belay`, over an archive that refers to the
/// classes under test. It lets whole commands be tested before anything is packaged.
final class BuiltClone {
    private final Path home;

    private BuiltClone(Path home) {
        this.home = home;
    }

    static BuiltClone in(Path home) throws IOException {
        var clone = new BuiltClone(home);
        clone.copy("belay");
        clone.copy("bin");
        copy(Path.of("src/main/jvm"), home.resolve("target/jvm"));
        archive(home.resolve("target/belay.jar"));
        return clone;
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

    /// Copies a file or folder of the repository to the same place of the clone.
    Path copy(String name) throws IOException {
        Path to = home.resolve(name);
        copy(Path.of(name), to);
        return to;
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
}
