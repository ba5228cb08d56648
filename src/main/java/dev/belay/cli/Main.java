package dev.belay.cli;

/// `belay`: reads what was typed, runs one command, and ends with its exit code.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        // Not a return: threads of a stream that nobody reads any more must not keep it alive.
        System.exit(run(Context.system(), args));
    }

    /// Runs one command to its end.
    ///
    /// @return what the process should exit with
    public static int run(Context context, String... args) {
        return new CommandTree(context).run(args);
    }
}
