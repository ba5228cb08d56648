package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LoggingTest {
    /// One logger as it is set up: its level, and the patterns that it writes with.
    private record Setup(Level level, List<String> patterns) {}

    @Test
    void it_says_what_the_file_says() throws Exception {
        var read = new LoggerContext();
        var reader = new JoranConfigurator();
        reader.setContext(read);
        reader.doConfigure(Path.of("src/main/resources/logback.xml").toFile());
        var logging = new Logging();
        logging.initialize();
        var told = (LoggerContext) logging.getLoggerFactory();
        assertThat(setup(told)).isNotEmpty().isEqualTo(setup(read));
        assertThat(told.isStarted()).isTrue();
        told.stop();
        read.stop();
    }

    @Test
    void control_plane_and_gateway_are_told_of_it() throws Exception {
        String flag = "-Dslf4j.provider=" + Logging.class.getName();
        assertThat(GatewayMain.JVM_FLAGS).contains(flag);
        assertThat(Files.readAllLines(Path.of("src/main/jvm/server.args"))).contains(flag);
    }

    private static Map<String, Setup> setup(LoggerContext context) {
        var all = new TreeMap<String, Setup>();
        for (Logger logger : context.getLoggerList()) {
            var patterns = new ArrayList<String>();
            logger.iteratorForAppenders().forEachRemaining(one -> patterns.add(pattern(one)));
            if (logger.getLevel() != null) {
                all.put(logger.getName(), new Setup(logger.getLevel(), patterns));
            }
        }
        return all;
    }

    private static String pattern(Appender<ILoggingEvent> appender) {
        var console = (ConsoleAppender<ILoggingEvent>) appender;
        var encoder = (PatternLayoutEncoder) console.getEncoder();
        return console.getName() + " " + console.getTarget() + " " + encoder.getPattern();
    }
}
