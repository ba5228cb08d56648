package dev.belay.driver.process;

import dev.belay.release.Scope;
import java.nio.file.Path;
import java.util.Map;

/// What Belay writes into an instance's environment: for the instance to know itself by, and for us
/// to find it by when there is no record.
final class Names {
    static final String STATE = "BELAY_STATE";
    static final String SCOPE = "BELAY_SCOPE";
    static final String TOKEN = "BELAY_TOKEN";
    static final String INSTANCE = "BELAY_INSTANCE";
    static final String NUMBER = "BELAY_NUMBER";
    static final String REVISION = "BELAY_REVISION";
    static final String RELEASE = "BELAY_RELEASE";
    static final String MIGRATED_FROM = "BELAY_MIGRATED_FROM";
    static final String RUN = "BELAY_RUN";
    static final String PORT = "PORT";
    static final String SOCKET = "SOCKET";

    private Names() {}

    /// What all processes of a scope share. The state folder is among it, because two installations
    /// of one user may have components of the same name.
    static Map<String, String> scope(Path state, Scope scope) {
        return Map.of(STATE, state.toString(), SCOPE, scope.toString());
    }

    static Map<String, String> instance(Path state, Scope scope, String id) {
        return Map.of(STATE, state.toString(), SCOPE, scope.toString(), INSTANCE, id);
    }
}
