package dev.belay.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.people.Action;
import dev.belay.release.people.Role;
import dev.belay.server.access.Access;
import dev.belay.server.access.Need;
import dev.belay.server.access.Where;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The page about people says what the code does.
class PeopleDocsTest {
    private static final Path PAGE = Path.of("docs/reference/people.md");
    private static final String BEGIN = "<!-- endpoints: written by `-Dwrite-reference=true` -->\n";
    private static final String END = "<!-- end of endpoints -->\n";

    @Test
    void every_role_and_action_has_its_line() throws IOException {
        String page = Files.readString(PAGE);
        for (Role role : Role.values()) {
            String actions =
                    role.actions().stream()
                            .map(action -> "`" + action.word() + "`")
                            .collect(Collectors.joining(", "));
            assertThat(page)
                    .contains(
                            "\n| `%s` | %s | %s |\n"
                                    .formatted(role.word(), role.meaning(), actions));
        }
        for (Action action : Action.values()) {
            assertThat(page)
                    .contains("\n| `%s` | %s |\n".formatted(action.word(), action.meaning()));
        }
    }

    @Test
    void every_endpoint_says_what_it_needs() throws IOException {
        var table = new StringBuilder("| Endpoint | Needs | In |\n|---|---|---|\n");
        Access.standard()
                .all()
                .forEach((endpoint, need) -> {
                    String where = need.where().words();
                    table.append("| `%s` | %s | %s |\n".formatted(endpoint, needed(need), where));
                });
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        int to = page.indexOf(END);
        if (Boolean.getBoolean("write-reference")) {
            Files.writeString(PAGE, page.substring(0, from) + table + page.substring(to));
            page = Files.readString(PAGE);
            to = page.indexOf(END);
        }
        assertThat(page.substring(from, to)).isEqualTo(table.toString());
    }

    private static String needed(Need need) {
        if (need.where() == Where.PUBLIC || need.where() == Where.SELF) {
            return "-";
        }
        var fields = new LinkedHashMap<Action, List<String>>();
        for (Need.Also one : need.also()) {
            String whole = one.value().isEmpty() || one.value().equals("true") ? "" : one.value();
            fields.computeIfAbsent(one.action(), _ -> new ArrayList<>())
                    .add("`" + one.field() + (whole.isEmpty() ? "`" : ": " + whole + "`"));
        }
        String also =
                fields.entrySet().stream()
                        .map(one ->
                                ", with %s also `%s`"
                                        .formatted(
                                                String.join(" or ", one.getValue()),
                                                one.getKey().word()))
                        .collect(Collectors.joining());
        return "`" + need.action().word() + "`" + also;
    }
}
