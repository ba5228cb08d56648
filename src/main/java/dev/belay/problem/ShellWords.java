package dev.belay.problem;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Commands as they are shown to people, who copy them into a shell: there every word is again the
/// word that it was. Belay itself hands no such text to a shell.
public final class ShellWords {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+,^-]+");

    private ShellWords() {}

    /// The words in one line.
    public static String of(List<String> words) {
        return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
    }

    /// In single quotes, in which a POSIX shell changes nothing; as it is where it needs none.
    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
