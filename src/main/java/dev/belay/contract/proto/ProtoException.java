package dev.belay.contract.proto;

/// A file that cannot be read as Protocol Buffers.
public final class ProtoException extends Exception {
    private static final long serialVersionUID = 1;

    private final String file;
    private final int line;
    private final String text;
    private final String what;

    /// @param line 0 where there are none
    /// @param text of the whole line
    ProtoException(String file, int line, String text, String what) {
        super(file + ":" + line + ": " + what);
        this.file = file;
        this.line = line;
        this.text = text;
        this.what = what;
    }

    public String file() {
        return file;
    }

    public int line() {
        return line;
    }

    public String text() {
        return text;
    }

    public String what() {
        return what;
    }
}
