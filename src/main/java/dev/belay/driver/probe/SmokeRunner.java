package dev.belay.driver.probe;

import dev.belay.release.SmokeTest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Runs smoke tests against one address: a new revision's private one before traffic, the public
/// one after cutover. Each is bounded by its own timeout; one that fails keeps none from running,
/// so that the report shows all that is broken.
public final class SmokeRunner {
    static final int SHOWN = 2048;

    /// Against what, and with what.
    ///
    /// @param base scheme, host and port, perhaps a path that goes before every other
    /// @param folder where commands run
    /// @param environment the whole environment of commands; also what `${NAME}` stands for where
    ///   nothing of that name was captured
    /// @param secrets texts that no result may hold
    /// @param headers that go with every request of ours, and to no command
    public record Setting(
            URI base,
            Path folder,
            Map<String, String> environment,
            Set<String> secrets,
            Map<String, String> headers) {
        public Setting {
            environment = Map.copyOf(environment);
            secrets = Set.copyOf(secrets);
            headers = Map.copyOf(headers);
        }

        public Setting(
                URI base, Path folder, Map<String, String> environment, Set<String> secrets) {
            this(base, folder, environment, secrets, Map.of());
        }

        /// The same, showing a pass that no result may hold.
        public Setting showing(String header, String pass) {
            var hidden = new HashSet<>(secrets);
            hidden.add(pass);
            return new Setting(base, folder, environment, hidden, Map.of(header, pass));
        }

        @Override
        public String toString() {
            return "smoke tests against " + base;
        }
    }

    /// Why a test ends early; made into a result where the name and the time are known.
    static final class Broken extends Exception {
        private final String exchange;
        private final String expected;
        private final String found;
        private final String body;

        Broken(String exchange, String expected, String found, String body) {
            super(exchange + ": expected " + expected + ", found " + found);
            this.exchange = exchange;
            this.expected = expected;
            this.found = found;
            this.body = body;
        }
    }

    /// Runs all tests, in order.
    public List<SmokeResult> run(List<SmokeTest> tests, Setting setting) {
        var results = new ArrayList<SmokeResult>();
        for (SmokeTest test : tests) {
            results.add(run(test, setting));
        }
        return List.copyOf(results);
    }

    private static SmokeResult run(SmokeTest test, Setting setting) {
        var texts = new SmokeTexts(setting);
        long start = System.nanoTime();
        try {
            switch (test) {
                case SmokeTest.HttpScenario scenario ->
                        new HttpScenarioRun(setting.base(), texts, scenario).run();
                case SmokeTest.WebSocketExchange exchange ->
                        WebSocketRun.run(setting.base(), texts, exchange);
                case SmokeTest.CommandTest command -> run(command, setting, texts.mask());
            }
            return new SmokeResult.Passed(test.name(), since(start));
        } catch (Broken broken) {
            Mask mask = texts.mask();
            return new SmokeResult.Failed(
                    test.name(),
                    since(start),
                    mask.line(broken.exchange, SHOWN),
                    mask.line(broken.expected, SHOWN),
                    mask.line(broken.found, SHOWN),
                    mask.text(broken.body, SHOWN));
        }
    }

    private static void run(SmokeTest.CommandTest test, Setting setting, Mask mask) throws Broken {
        var environment = new HashMap<>(setting.environment());
        environment.put("BELAY_URL", setting.base().toString());
        var outcome = CommandRun.run(test.command(), setting.folder(), environment, test.timeout());
        String words = String.join(" ", test.command());
        switch (outcome) {
            case CommandRun.Outcome.Exited(int status, String output) -> {
                if (status != 0) {
                    throw new Broken(
                            words,
                            "exit status 0",
                            "exit status " + status,
                            mask.tail(output, SHOWN - 1));
                }
            }
            case CommandRun.Outcome.TimedOut(String output) ->
                    throw new Broken(
                            words,
                            "an end within " + Wire.said(test.timeout()),
                            "none",
                            mask.tail(output, SHOWN - 1));
            case CommandRun.Outcome.NotStarted(String reason) ->
                    throw new Broken(words, "a program that starts", reason, "");
        }
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
