package dev.belay.cli.client;

import dev.belay.cli.ExitCode;
import dev.belay.cli.Stop;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.problem.Span;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A running control plane, as `.belay/server.json` and `.belay/token` say. Every way in which it
/// can be away is one sentence.
public final class ControlPlane {
    private static final Pattern FIELD =
            Pattern.compile("\"(pid|started|port)\"\\s*:\\s*(\\d{1,18})");

    private final Workspace workspace;
    private final int port;
    private final long pid;
    private final String token;

    private ControlPlane(Workspace workspace, int port, long pid, String token) {
        this.workspace = workspace;
        this.port = port;
        this.pid = pid;
        this.token = token;
    }

    /// The one that runs for this workspace; empty when none does. What an earlier one left behind
    /// does not count, even when its process number is in use again.
    public static Optional<ControlPlane> find(Workspace workspace) {
        Login login = workspace.login();
        if (login.elsewhere()) {
            return Optional.of(new ControlPlane(workspace, login.port(), 0, token(workspace)));
        }
        Path file = workspace.state().resolve("server.json");
        String written;
        try {
            written = Files.readString(file);
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        long pid = 0;
        long started = 0;
        int port = 0;
        for (Matcher field = FIELD.matcher(written); field.find(); ) {
            long value = Long.parseLong(field.group(2));
            switch (field.group(1)) {
                case "pid" -> pid = value;
                case "started" -> started = value;
                default -> port = (int) Math.min(value, Integer.MAX_VALUE);
            }
        }
        if (port < 1 || port > 0xffff || !Processes.runs(pid, started)) {
            return Optional.empty();
        }
        return Optional.of(new ControlPlane(workspace, port, pid, token(workspace)));
    }

    private static String token(Workspace workspace) {
        if (!workspace.login().token().isEmpty()) {
            return workspace.login().token();
        }
        Path file = workspace.state().resolve("token");
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static Stop unreadable(Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return Stop.failed(
                    "`" + file + "` is gone while the control plane runs",
                    "stop it by its number in `server.json` beside it, then `belay up`");
        }
        return Stop.failed(
                "cannot read `" + file + "`: only who started the control plane can",
                "ask them, or start one of your own with `--state FOLDER`");
    }

    public long pid() {
        return pid;
    }

    /// The status page. For a person at a terminal with the key that opens it in a browser: what
    /// programs print ends up in logs.
    public String page(boolean toAPerson) {
        return "http://127.0.0.1:" + port + "/" + (toAPerson ? "?token=" + token : "");
    }

    /// The one that runs for the same workspace now: after a restart it listens elsewhere. Null
    /// when none does.
    public @Nullable ControlPlane again() {
        return find(workspace).orElse(null);
    }

    /// Sends a request; an answer that is a "no" is thrown as what it says.
    public Http.Answer ask(Http.Request request) {
        try {
            return answerOrRefusal(request);
        } catch (IOException e) {
            throw silent(e);
        }
    }

    /// As [#ask], and reads the whole answer.
    public String text(Http.Request request) {
        try (Http.Answer answer = ask(request)) {
            return answer.text();
        } catch (IOException e) {
            throw silent(e);
        }
    }

    /// As [#ask], but what a broken connection means is left to the caller.
    public Http.Answer answerOrRefusal(Http.Request request) throws IOException {
        Http.Answer answer = Http.send(port, request.with("Authorization", "Bearer " + token));
        if (answer.ok()) {
            return answer;
        }
        try (answer) {
            throw refusal(answer.status(), answer.text());
        }
    }

    private Stop silent(IOException e) {
        if (pid == 0) {
            return Stop.failed(
                    "nothing answers at port " + port + ": " + e.getMessage(),
                    "`" + Login.SERVER + "` names it; is the tunnel open, and the port the same?");
        }
        String log = "`" + workspace.logs().resolve("server.log") + "` says more";
        if (e instanceof SocketTimeoutException) {
            return Stop.failed(
                    "the control plane (process " + pid + ") does not answer in time", log);
        }
        return Stop.failed(
                "the control plane (process "
                        + pid
                        + ", port "
                        + port
                        + ") cannot be reached: "
                        + e.getMessage(),
                log + "; `belay up` starts it again when it is gone");
    }

    private static Stop refusal(int status, String body) {
        try {
            JsonNode error = JsonMapper.shared().readTree(body);
            ExitCode code = codeOf(error.path("kind").asString("bug"));
            if (!error.path("problems").isEmpty()) {
                var problems = new ArrayList<Problem>();
                error.path("problems").forEach(problem -> problems.add(problem(problem)));
                return Stop.answered(code, problems, body);
            }
            String kind = error.path("kind").asString("bug");
            return Stop.answered(
                    codeOf(kind),
                    kind,
                    error.path("reason").asString("it answered " + status + " and no reason"),
                    error.path("wayOut").asString(""),
                    body);
        } catch (JacksonException _) {
            return Stop.failed("the control plane answered " + status + " and no reason", "");
        }
    }

    private static Problem problem(JsonNode written) {
        int line = written.path("line").asInt(0);
        int column = written.path("column").asInt(0);
        String file = written.path("file").asString("");
        Place place = new Place.Named(file);
        if (line > 0 && column > 0) {
            int end = Math.max(column, written.path("end").asInt(column));
            String source = written.path("source").asString("");
            place = new Place.Line(new Span(file, line, column, end), source);
        }
        return new Problem(
                written.path("code").asString(""),
                place,
                written.path("message").asString(""),
                written.path("hint").asString(""));
    }

    private static ExitCode codeOf(String kind) {
        return switch (kind) {
            case "problem" -> ExitCode.PROBLEM;
            case "refusal" -> ExitCode.WAITING;
            case "failure" -> ExitCode.FAILED;
            case "held" -> ExitCode.HELD;
            default -> ExitCode.BUG;
        };
    }
}
