package dev.belay.cli;

/// `belay`: reads what was typed, runs one command, and ends with its exit code.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Context context = Context.system();
        int code = run(context, args);
        context.terminal().out().flush();
        context.terminal().err().flush();
        // An orderly exit asks for a logger first, which takes a fifth of the time that a short
        // command has; and nothing is left to be done in order.
        Runtime.getRuntime().halt(code);
    }

    /// Runs one command to its end.
    ///
    /// @return what the process should exit with
    public static int run(Context context, String... args) {
        return new CommandTree(context).run(args);
    }
}
