package dev.belay.release;

/// Where something lies that opens a store of secrets: never the thing itself.
public sealed interface Credential {
    /// A variable of the environment's files, or of the control plane's own environment.
    record Variable(String name) implements Credential {
        @Override
        public String toString() {
            return "variable `" + name + "`";
        }
    }

    /// A file that nobody else can read.
    ///
    /// @param path absolute
    record File(String path) implements Credential {
        @Override
        public String toString() {
            return "file `" + path + "`";
        }
    }
}
