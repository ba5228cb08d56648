package dev.belay.driver.command;

import dev.belay.release.DeployCommands;
import java.util.List;
import java.util.Locale;

/// What a command is for.
enum Verb {
    DEPLOY,
    OBSERVE,
    PROMOTE,
    ROLLBACK,
    PROBE,
    LOGS,
    REMOVE;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Empty where there is none.
    List<String> of(DeployCommands commands) {
        return switch (this) {
            case DEPLOY -> commands.deploy();
            case OBSERVE -> commands.observe();
            case PROMOTE -> commands.promote();
            case ROLLBACK -> commands.rollback();
            case PROBE -> commands.probe();
            case LOGS -> commands.logs();
            case REMOVE -> commands.remove();
        };
    }
}
