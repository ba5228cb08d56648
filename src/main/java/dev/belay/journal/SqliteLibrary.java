package dev.belay.journal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/// SQLite's own code, which comes inside of the driver's archive. The driver unpacks it at every
/// start, and then compares byte by byte what it wrote with what it read; that takes longer than
/// all else that a control plane does with its journal until it answers. So this unpacks it, and
/// removes the file again, which is not needed once it is loaded.
final class SqliteLibrary {
    private static final String FOLDER = "org.sqlite.lib.path";
    private static boolean tried;

    private SqliteLibrary() {}

    /// Before the first connection. What goes wrong here the driver tries in its own way, and says
    /// why that cannot be.
    static synchronized void load() {
        if (tried || System.getProperty(FOLDER) != null) {
            return;
        }
        tried = true;
        String name = LibraryLoaderUtil.getNativeLibName();
        String place = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
        try (InputStream packed = SQLiteJDBCLoader.class.getResourceAsStream(place)) {
            if (packed == null) {
                return;
            }
            // For nobody else: whoever could change the file could have it run here.
            Path folder = Files.createTempDirectory("belay-sqlite");
            Path file = folder.resolve(name);
            try {
                Files.copy(packed, file);
                load(folder);
            } finally {
                Files.deleteIfExists(file);
                Files.delete(folder);
            }
        } catch (IOException _) {
            // The driver says it better.
        }
    }

    private static void load(Path folder) throws IOException {
        System.setProperty(FOLDER, folder.toString());
        try {
            SQLiteJDBCLoader.initialize();
        } catch (Exception e) {
            throw new IOException(e);
        } finally {
            System.clearProperty(FOLDER);
        }
    }
}
