package dev.belay.server.operations;

import dev.belay.driver.scan.Leak;
import dev.belay.driver.scan.SecretScanner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a search for secrets found, as SARIF.
final class SecretSarif {
    private SecretSarif() {}

    static String of(List<Leak> leaks, String version) {
        return Sarif.of(
                "belay scan",
                version,
                List.copyOf(SecretScanner.rules()),
                leaks.stream().map(SecretSarif::result).toList());
    }

    private static Map<String, Object> result(Leak leak) {
        var region = new LinkedHashMap<String, Object>();
        if (leak.line() == 0) {
            region.put("byteOffset", leak.column() - 1);
        } else {
            region.put("startLine", leak.line());
            region.put("startColumn", leak.column());
        }
        String where = leak.commit().isEmpty() ? "" : ", in commit " + leak.commit();
        return Sarif.result(
                leak.rule(),
                SecretFindings.isSure(leak),
                SecretFindings.sentence(leak) + where,
                leak.path(),
                region);
    }
}
