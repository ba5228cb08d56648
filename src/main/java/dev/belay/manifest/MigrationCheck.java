package dev.belay.manifest;

import dev.belay.manifest.shape.Key;
import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is wrong with how a component or a datastore migrates: keys that exclude or need each
/// other, datastores that nothing can migrate, and databases with two owners.
final class MigrationCheck {
    private final Effective effective;
    private final Complaints complaints;

    MigrationCheck(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
    }

    void check() {
        checkShared();
        effective
                .components()
                .forEach((_, component) -> {
                    Node.Mapping migrations = Effective.mapping(component, "migrations");
                    if (migrations.get(MigrationSections.UP.name()) == null) {
                        checkFiles(migrations);
                    } else {
                        checkCommands(migrations);
                    }
                });
    }

    private void checkFiles(Node.Mapping migrations) {
        for (Key<?> key : MigrationSections.OF_UP) {
            Node.Entry alone = migrations.entries().get(key.name());
            if (alone != null) {
                complaints.add(
                        Code.MISSING_KEY,
                        alone.key(),
                        "`" + key.name() + "` needs `up`",
                        "files are applied by Belay, and take themselves back: see"
                                + " docs/reference/migrations.md");
            }
        }
        for (Node.Scalar name : Texts.of(migrations.get(MigrationSections.DATASTORE.name()))) {
            Node.Mapping datastore = effective.merged("datastores").get(name.text());
            if (datastore != null) {
                checkEngine(
                        datastore, name.mark(), "say with `up:` by which command it is migrated");
            }
        }
    }

    private void checkEngine(Node.Mapping datastore, Mark mark, String hint) {
        for (Node.Scalar engine : Texts.of(datastore.get("engine"))) {
            if (!engine.text().equals("postgres")) {
                complaints.add(
                        Code.NOT_YET,
                        mark,
                        "this version cannot migrate a datastore of engine `" + engine.text() + "`",
                        hint);
            }
        }
    }

    /// A schema that all share has one history, and its datastore a name of its own.
    private void checkShared() {
        Map<String, String> owners = new HashMap<>();
        effective
                .merged("datastores")
                .forEach((name, datastore) -> {
                    Node.Entry migrations = datastore.entries().get("migrations");
                    if (migrations == null) {
                        return;
                    }
                    checkEngine(
                            datastore,
                            migrations.key(),
                            "let one of its components do it, with `up:`");
                    String other = owners.putIfAbsent(address(datastore), name);
                    if (other != null) {
                        complaints.add(
                                Code.ONE_OF,
                                migrations.key(),
                                "`%s` and `%s` are one database, and both have `migrations`"
                                        .formatted(other, name),
                                "keep them in one of the two: nobody could say which come first");
                    }
                    if (effective.components().containsKey(name)) {
                        complaints.add(
                                Code.NAME_TAKEN,
                                datastore.mark(),
                                "`" + name + "` is a component already",
                                "a datastore that has `migrations` is named where components are,"
                                        + " as in `--only`");
                    }
                });
        effective.components().forEach((name, component) -> checkOwner(name, component, owners));
    }

    /// @param owners by address, the datastore whose schema all share
    private void checkOwner(String name, Node.Mapping component, Map<String, String> owners) {
        Node.Entry own = component.entries().get("migrations");
        for (Node.Scalar to :
                Texts.of(Effective.mapping(component, "migrations").get("datastore"))) {
            Node.Mapping datastore = effective.merged("datastores").get(to.text());
            String owner = datastore == null ? null : owners.get(address(datastore));
            if (own != null && owner != null) {
                complaints.add(
                        Code.ONE_OF,
                        own.key(),
                        "`%s` brings `migrations` for `%s`, whose schema belongs to the datastore%s"
                                .formatted(
                                        name,
                                        to.text(),
                                        owner.equals(to.text()) ? "" : " `" + owner + "`"),
                        "move the files into the datastore's folder, or take `migrations` out"
                                + " there: a new database could not tell which come first");
            }
        }
    }

    /// As it is written: the same text is the same database.
    private static String address(Node.Mapping datastore) {
        return Texts.of(datastore.get("url")).stream()
                .map(Node.Scalar::text)
                .findFirst()
                .orElse("");
    }

    private void checkCommands(Node.Mapping migrations) {
        for (Key<?> key : List.of(MigrationSections.FOLDER, MigrationSections.TOOL)) {
            Node.Entry other = migrations.entries().get(key.name());
            if (other != null) {
                complaints.add(
                        Code.ONE_OF,
                        other.key(),
                        "`migrations` must have one of `" + key.name() + "`, `up`, not several",
                        "`up` is the command of a tool that knows its own files");
            }
        }
        Node.Entry down = migrations.entries().get(MigrationSections.DOWN.name());
        if (down != null && migrations.get(MigrationSections.STATUS.name()) == null) {
            complaints.add(
                    Code.MISSING_KEY,
                    down.key(),
                    "`down` needs `status`",
                    "most releases bring no migration: only a command that prints what is applied"
                            + " can tell that there is nothing to take back");
        }
    }
}
