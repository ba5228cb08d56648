package dev.belay.manifest.draft;

import java.util.List;
import java.util.SequencedMap;

/// One service of a Compose file, as far as a manifest has a word for it.
///
/// @param build folder that its image is built from, relative to the file; empty when it has none
/// @param dockerfile relative to that folder
/// @param image name of its image; empty when it is only built
/// @param command what it runs: that of its `entrypoint` and `command`; empty when the image says
/// @param environment values as written; empty for those that come from whoever starts it
/// @param environmentFiles relative to the file
/// @param ports as `HOST:CONTAINER`, both numbers; host is 0 when it is any
/// @param after services that must be there before it
/// @param finished those of them that must have ended well: they are no services, but jobs
/// @param health how it is asked whether it is well
/// @param stop how it is ended
/// @param limits what it may use
/// @param volumes what it has mounted, as written
/// @param instances how many run
/// @param profiles for which it is started at all; empty is always
record ComposeService(
        String name,
        String build,
        String dockerfile,
        String image,
        List<String> command,
        SequencedMap<String, String> environment,
        List<String> environmentFiles,
        List<Port> ports,
        List<String> after,
        List<String> finished,
        Health health,
        Stop stop,
        Limits limits,
        List<String> volumes,
        int instances,
        List<String> profiles) {
    /// Where it listens.
    record Port(int host, int container) {}

    /// A health check as written.
    ///
    /// @param test the command; empty when there is none
    /// @param within milliseconds until it is given up; 0 when that is not said
    record Health(List<String> test, long within) {}

    /// @param signal without `SIG`; empty when it is not said
    /// @param grace in milliseconds; 0 when it is not said
    record Stop(String signal, long grace) {}

    /// @param memory in bytes, 0 when it is not said
    /// @param percent of a processor, 0 when it is not said
    /// @param processes 0 when it is not said
    record Limits(long memory, int percent, int processes) {}

    /// The image's name without registry, tag and digest.
    String imageName() {
        String path = image.substring(image.lastIndexOf('/') + 1);
        int end = path.length();
        for (char stop : new char[] {':', '@'}) {
            int at = path.indexOf(stop);
            end = at >= 0 ? Math.min(end, at) : end;
        }
        return path.substring(0, end);
    }
}
