package dev.belay.manifest;

import dev.belay.manifest.shape.Key;
import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import java.util.List;

/// What is wrong with how a component migrates: keys that exclude or need each other, and
/// datastores that nothing can migrate.
final class MigrationCheck {
    private final Effective effective;
    private final Complaints complaints;

    MigrationCheck(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
    }

    void check() {
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
            for (Node.Scalar engine :
                    datastore == null
                            ? List.<Node.Scalar>of()
                            : Texts.of(datastore.get("engine"))) {
                if (!engine.text().equals("postgres")) {
                    complaints.add(
                            Code.NOT_YET,
                            name.mark(),
                            "this version cannot migrate a datastore of engine `"
                                    + engine.text()
                                    + "`",
                            "say with `up:` by which command it is migrated");
                }
            }
        }
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
