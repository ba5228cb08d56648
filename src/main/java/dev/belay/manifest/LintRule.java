package dev.belay.manifest;

import java.util.Locale;

/// What `belay lint` looks for. The names are stable: allowances and reports have them.
public enum LintRule {
    /// Two components that are shipped apart use, or migrate, one database.
    SHARED_DATABASE,
    /// Files of a component import what belongs to another one.
    CROSS_SERVICE_IMPORT,
    /// A frontend asks a service without the package that it says it goes through.
    FRONTEND_BYPASSES_SDK,
    /// Something works only when something else stands already, and nobody says so.
    ORDER_ASSUMPTION;

    /// As manifests and reports write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
