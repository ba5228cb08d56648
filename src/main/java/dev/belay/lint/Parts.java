package dev.belay.lint;

import dev.belay.manifest.Component;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// The components of a platform, and whose a file is.
final class Parts {
    private final List<Part> all;

    Parts(Collection<Component> components) {
        all = components.stream().map(Part::of).toList();
    }

    List<Part> all() {
        return all;
    }

    /// Those whose own it is: of folders, the innermost one decides. Nobody's is what lies in the
    /// folder of none.
    List<Part> owners(String path) {
        int deepest = 0;
        var owners = new ArrayList<Part>();
        for (Part part : all) {
            for (String folder : part.folders()) {
                if (FilePath.isWithin(path, folder) && folder.length() >= deepest) {
                    if (folder.length() > deepest) {
                        owners.clear();
                    }
                    deepest = folder.length();
                    owners.add(part);
                }
            }
        }
        for (Part part : all) {
            if (part.inputs().stream().anyMatch(claim -> claim.has(path))) {
                owners.add(part);
            }
        }
        return owners;
    }

    /// The owners of something, if it is shipped apart from those who reach for it. What anybody of
    /// both sides has is nobody's alone.
    List<Part> apart(List<Part> from, String path) {
        List<Part> owners = owners(path);
        boolean apart =
                !from.isEmpty()
                        && from.stream()
                                .allMatch(own -> owners.stream().allMatch(own::isApartFrom));
        boolean promised = owners.stream().anyMatch(owner -> owner.promises().contains(path));
        return apart && !promised ? owners : List.of();
    }
}
