package dev.belay.cli.client;

import dev.belay.cli.Stop;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// As whom commands ask, and where, when not as the owner of the state folder here: by variables,
/// so that no token stands in a command line, which everybody on the machine can read.
///
/// @param token `""` for the owner's own
/// @param port of the control plane, 0 for the one that the state folder names
public record Login(String token, int port) {
    public static final String TOKEN = "BELAY_TOKEN";
    public static final String TOKEN_FILE = "BELAY_TOKEN_FILE";
    public static final String SERVER = "BELAY_SERVER";

    /// The owner of the state folder here.
    public static final Login OWNER = new Login("", 0);

    private static final Pattern ADDRESS =
            Pattern.compile("(?:http://)?(?:(?:127\\.0\\.0\\.1|localhost):)?([0-9]{1,5})/?");
    private static final int PORT_MAX = 0xffff;
    private static final Set<PosixFilePermission> OWNERS =
            Set.of(
                    PosixFilePermission.OWNER_READ,
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.OWNER_EXECUTE);

    /// What the variables say. One that is there and empty is a mistake, and never the owner's
    /// token: a pipeline whose secret is missing would do everything with it.
    static Login of(Path folder, Map<String, String> environment) {
        String token = environment.get(TOKEN);
        String file = environment.get(TOKEN_FILE);
        String server = environment.get(SERVER);
        if (token != null && file != null) {
            throw wrong(
                    TOKEN,
                    "cli/token",
                    "`" + TOKEN_FILE + "` is set, too, and may be another's",
                    "set one of them");
        }
        String shown = file != null ? read(folder, file) : token;
        if (shown != null && (shown.isBlank() || shown.strip().chars().anyMatch(c -> c <= ' '))) {
            throw wrong(
                    file != null ? TOKEN_FILE : TOKEN,
                    "cli/token",
                    "it is set, and holds no token",
                    "take it away to be the owner, or give it what `belay token create` printed");
        }
        return new Login(shown == null ? "" : shown.strip(), server == null ? 0 : port(server));
    }

    /// Whether the control plane is not looked for in the state folder.
    public boolean elsewhere() {
        return port > 0;
    }

    private static String read(Path folder, String name) {
        Path file = folder.resolve(name);
        try {
            for (PosixFilePermission permission :
                    Files.getPosixFilePermissions(file, new LinkOption[0])) {
                if (!OWNERS.contains(permission)) {
                    throw wrong(
                            TOKEN_FILE,
                            "cli/token-file",
                            "`" + file + "` is open to others",
                            "`chmod 600 " + file + "`, and make a new token if others were there");
                }
            }
            return Files.readString(file);
        } catch (IOException | UnsupportedOperationException e) {
            throw wrong(
                    TOKEN_FILE, "cli/token-file", "`" + file + "` cannot be read", "look at it");
        }
    }

    private static int port(String server) {
        Matcher address = ADDRESS.matcher(server.strip());
        int port = address.matches() ? Integer.parseInt(address.group(1)) : 0;
        if (port < 1 || port > PORT_MAX) {
            throw wrong(
                    SERVER,
                    "cli/server-address",
                    "`" + server + "` is no port of this machine",
                    "a control plane listens on loopback alone: `ssh -L PORT:127.0.0.1:PORT HOST`"
                            + " leads to it, and `"
                            + SERVER
                            + "=PORT` names it");
        }
        return port;
    }

    private static Stop wrong(String variable, String code, String message, String hint) {
        return Stop.problem(
                new Problem(code, new Place.Named("variable `" + variable + "`"), message, hint));
    }

    @Override
    public String toString() {
        return "login at " + port;
    }
}
