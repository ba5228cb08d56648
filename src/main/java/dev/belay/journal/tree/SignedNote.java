package dev.belay.journal.tree;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// A text with signatures below it, as C2SP's `signed-note` defines it:
///
/// ```
/// text, line by line
///
/// — NAME base64(key id, 4 bytes; signature)
/// ```
///
/// @param text what is signed, ending with a line break
public record SignedNote(String text, List<Signature> signatures) {
    /// Longer ones are no notes of ours.
    public static final int CHARACTERS_MAX = 64 * 1024;

    private static final int SIGNATURES_MAX = 100;
    private static final int KEY_ID_BYTES = 4;
    private static final String MARK = "— ";

    public SignedNote {
        signatures = List.copyOf(signatures);
    }

    /// One of them.
    ///
    /// @param name of the key
    /// @param keyId tells keys of one name apart
    /// @param base64 key id and signature together, as written
    public record Signature(String name, int keyId, String base64) {
        byte[] bytes() {
            byte[] all = Base64.getDecoder().decode(base64);
            return java.util.Arrays.copyOfRange(all, KEY_ID_BYTES, all.length);
        }
    }

    /// Reads one, whoever signed it.
    ///
    /// @throws NotANote when it is none
    public static SignedNote parse(String written) throws NotANote {
        if (written.length() > CHARACTERS_MAX) {
            throw new NotANote("it is longer than a note may be");
        }
        int split = written.lastIndexOf("\n\n");
        if (split < 0 || !written.endsWith("\n")) {
            throw new NotANote("no empty line parts its text from its signatures");
        }
        String text = written.substring(0, split + 1);
        if (text.chars().anyMatch(c -> c < ' ' && c != '\n')) {
            throw new NotANote("it has a control character");
        }
        var signatures = new ArrayList<Signature>();
        for (String line : written.substring(split + 2).lines().toList()) {
            signatures.add(signature(line));
        }
        if (signatures.isEmpty() || signatures.size() > SIGNATURES_MAX) {
            throw new NotANote("it has " + signatures.size() + " signatures");
        }
        return new SignedNote(text, signatures);
    }

    private static Signature signature(String line) throws NotANote {
        int space = line.lastIndexOf(' ');
        if (!line.startsWith(MARK) || space <= MARK.length()) {
            throw new NotANote("a line below the empty one is no signature");
        }
        String name = line.substring(MARK.length(), space);
        String base64 = line.substring(space + 1);
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            throw new NotANote("a signature is not base64");
        }
        if (bytes.length <= KEY_ID_BYTES || !NoteKey.isName(name)) {
            throw new NotANote("a signature is too short, or its key has no name");
        }
        return new Signature(name, NoteKey.number(bytes), base64);
    }

    /// As it is kept and sent.
    public String written() {
        var all = new StringBuilder(text).append('\n');
        for (Signature one : signatures) {
            all.append(MARK).append(one.name()).append(' ').append(one.base64()).append('\n');
        }
        return all.toString();
    }
}
