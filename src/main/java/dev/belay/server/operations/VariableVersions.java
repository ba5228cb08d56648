package dev.belay.server.operations;

import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.configuration.Template;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.manifest.Variables;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.TreeSet;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Which values a component's required and secret variables have, without the values: the same name
/// for the same values, and nothing that could be turned back. So a changed value makes another
/// revision, which a deploy ships, and neither plan nor journal ever holds it.
///
/// A keyed hash (HMAC-SHA-256, RFC 2104): most values could be guessed from a plain one.
public final class VariableVersions {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 8;

    private final ValueProvider values;
    private final byte[] key;

    /// @param key known here alone, and always the same
    public VariableVersions(ValueProvider values, String key) {
        this.values = values;
        this.key = key.getBytes(StandardCharsets.UTF_8);
    }

    /// Empty for a component that asks for no variables.
    String of(String environment, Variables variables) {
        var names = new TreeSet<>(variables.required());
        names.addAll(variables.secrets());
        variables.values().values().forEach(text -> names.addAll(new Template(text).names()));
        if (names.isEmpty()) {
            return "";
        }
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            for (String name : names) {
                String value =
                        values.find(environment, name)
                                .map(secret -> secret.use(text -> "=" + text))
                                .orElse("");
                String both = name.length() + name + value.length() + value;
                mac.update(both.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(mac.doFinal(), 0, BYTES);
        } catch (SecretFailure e) {
            throw Denied.failure(e.reason(), e.hint());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
