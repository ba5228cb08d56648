package dev.belay.driver.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A migration of `cases.sql`.
///
/// @param down empty where there is no way back
record SchemaCase(String name, String up, String down) {
    static List<SchemaCase> all() throws IOException {
        var cases = new ArrayList<SchemaCase>();
        String text = Files.readString(Path.of("src/test/resources/schema/cases.sql"));
        for (String one : text.split("(?m)^# ", -1)) {
            if (!one.isBlank()) {
                String[] lines = one.split("\n", 2);
                String[] ways = lines[1].split("(?m)^-- down\n", 2);
                cases.add(new SchemaCase(lines[0], ways[0], ways.length > 1 ? ways[1] : ""));
            }
        }
        return cases;
    }
}
