package dev.belay.driver.host;

import dev.belay.release.Scope;
import java.nio.file.Path;
import java.util.Map;

/// What Belay writes into an instance's environment: for the instance to know itself by, and for us
/// to find it by when there is no record.
public final class Names {
    public static final String STATE = "BELAY_STATE";
    public static final String SCOPE = "BELAY_SCOPE";
    public static final String TOKEN = "BELAY_TOKEN";
    public static final String INSTANCE = "BELAY_INSTANCE";
    public static final String NUMBER = "BELAY_NUMBER";
    public static final String REVISION = "BELAY_REVISION";
    public static final String RELEASE = "BELAY_RELEASE";
    public static final String MIGRATED_FROM = "BELAY_MIGRATED_FROM";
    public static final String RUN = "BELAY_RUN";
    public static final String PORT = "PORT";
    public static final String SOCKET = "SOCKET";

    private Names() {}

    /// A count among them; 0 when it is none.
    public static long number(String text) {
        return Fence.number(text);
    }

    /// What all processes of a scope share. The state folder is among it, because two installations
    /// of one user may have components of the same name.
    public static Map<String, String> scope(Path state, Scope scope) {
        return Map.of(STATE, state.toString(), SCOPE, scope.toString());
    }

    /// What all processes of one instance or job share.
    public static Map<String, String> instance(Path state, Scope scope, String id) {
        return Map.of(STATE, state.toString(), SCOPE, scope.toString(), INSTANCE, id);
    }
}
