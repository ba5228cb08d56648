package dev.belay.server.operations;

import dev.belay.release.Maintenance;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What somebody wants an environment to become, as it was asked for.
///
/// @param only components or groups; empty is all
/// @param skip phases, components or groups to leave out
/// @param remove components to end, which the manifest no longer has
/// @param set overrides of the manifest, `components.api.instances=3`
/// @param why the reason given
/// @param oneWay whether it is agreed to that nobody may be able to go back
/// @param contract whether contract steps that waited are asked for
/// @param promote whether it is to be what soaked in the environment below, and nothing else will
///   do
/// @param until the last day on which what is excepted may stay so, as `2026-12-06`; empty for the
///   usual
/// @param maintenance that users are kept out meanwhile; null where they are not
public record Wish(
        String environment,
        List<String> only,
        List<String> skip,
        List<String> remove,
        List<String> set,
        String why,
        boolean oneWay,
        boolean contract,
        boolean promote,
        String until,
        @Nullable Maintenance maintenance) {
    public Wish {
        only = List.copyOf(only);
        skip = List.copyOf(skip);
        remove = List.copyOf(remove);
        set = List.copyOf(set);
    }

    /// What `belay deploy` takes to wish for the same.
    List<String> flags() {
        var flags = new ArrayList<String>();
        names("--only", only, flags);
        names("--skip", skip, flags);
        names("--remove", remove, flags);
        set.forEach(one -> flags.addAll(List.of("--set", one)));
        if (oneWay) {
            flags.add("--accept-no-way-back");
        }
        if (contract) {
            flags.add("--contract");
        }
        if (!until.isEmpty()) {
            flags.addAll(List.of("--until", until));
        }
        if (maintenance != null) {
            String text = maintenance.text();
            flags.add(text.isEmpty() ? "--maintenance" : "--maintenance=" + text);
            flags.addAll(List.of("--lasting", maintenance.lasting().toSeconds() + "s"));
        }
        if (!why.isEmpty()) {
            flags.addAll(List.of("--reason", why));
        }
        return flags;
    }

    private static void names(String flag, List<String> names, List<String> into) {
        if (!names.isEmpty()) {
            into.addAll(List.of(flag, String.join(",", names)));
        }
    }
}
