package dev.belay.driver.configuration;

import java.util.function.Function;

/// A value that is shown to nobody. It has no accessor on purpose: the one place that needs the
/// text says so by passing the use to [#use].
public final class Secret {
    private final String text;

    public Secret(String text) {
        this.text = text;
    }

    public <T> T use(Function<String, T> use) {
        return use.apply(text);
    }

    @Override
    public String toString() {
        return "***";
    }
}
