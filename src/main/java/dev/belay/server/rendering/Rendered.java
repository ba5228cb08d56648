package dev.belay.server.rendering;

import java.util.List;
import java.util.stream.Collectors;

/// What an environment is on a cluster, as text.
///
/// @param remarks what whoever applies it has to know and do, a line each
/// @param documents in an order in which they can be applied
public record Rendered(List<String> remarks, List<Document> documents) {
    public Rendered {
        remarks = List.copyOf(remarks);
        documents = List.copyOf(documents);
    }

    /// One object.
    ///
    /// @param file a name for it; in the order of their names files can be applied
    public record Document(String file, String yaml) {}

    /// All in one, for `kubectl apply -f -`.
    public String text() {
        return comment() + documents.stream().map(Document::yaml).collect(Collectors.joining());
    }

    /// The remarks as comments.
    public String comment() {
        return remarks.stream()
                .map(line -> (line.isEmpty() ? "#" : "# " + line) + "\n")
                .collect(Collectors.joining());
    }
}
