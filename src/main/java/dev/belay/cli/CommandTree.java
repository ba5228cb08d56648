package dev.belay.cli;

import dev.belay.cli.command.ApproveCommand;
import dev.belay.cli.command.ArtifactCommand;
import dev.belay.cli.command.AuditCommand;
import dev.belay.cli.command.BackupCommand;
import dev.belay.cli.command.BackupsCommand;
import dev.belay.cli.command.BelayCommand;
import dev.belay.cli.command.CalibrateCommand;
import dev.belay.cli.command.CancelCommand;
import dev.belay.cli.command.CheckCommand;
import dev.belay.cli.command.CheckOffCommand;
import dev.belay.cli.command.CompletionCommand;
import dev.belay.cli.command.ConfigCommand;
import dev.belay.cli.command.ContractsCommand;
import dev.belay.cli.command.DecideCommand;
import dev.belay.cli.command.DeployCommand;
import dev.belay.cli.command.DocsCommand;
import dev.belay.cli.command.DownCommand;
import dev.belay.cli.command.DrillCommand;
import dev.belay.cli.command.EvidenceCommand;
import dev.belay.cli.command.FreezeCommand;
import dev.belay.cli.command.GatewayCommand;
import dev.belay.cli.command.HelpCommand;
import dev.belay.cli.command.InitCommand;
import dev.belay.cli.command.JudgeCommand;
import dev.belay.cli.command.LintCommand;
import dev.belay.cli.command.LogsCommand;
import dev.belay.cli.command.MigrateCommand;
import dev.belay.cli.command.ParityCommand;
import dev.belay.cli.command.PauseCommand;
import dev.belay.cli.command.PlanCommand;
import dev.belay.cli.command.PolicyCommand;
import dev.belay.cli.command.PromoteCommand;
import dev.belay.cli.command.ReleasesCommand;
import dev.belay.cli.command.RenderCommand;
import dev.belay.cli.command.RescheduleCommand;
import dev.belay.cli.command.RestoreCommand;
import dev.belay.cli.command.ResumeCommand;
import dev.belay.cli.command.RollbackCommand;
import dev.belay.cli.command.ScanCommand;
import dev.belay.cli.command.ServerCommand;
import dev.belay.cli.command.ShowCommand;
import dev.belay.cli.command.SourcesCommand;
import dev.belay.cli.command.StatusCommand;
import dev.belay.cli.command.ThawCommand;
import dev.belay.cli.command.TokenCommand;
import dev.belay.cli.command.UpCommand;
import dev.belay.cli.command.UserCommand;
import dev.belay.cli.command.VersionCommand;
import dev.belay.cli.command.WhoamiCommand;
import dev.belay.cli.command.WhyCommand;
import dev.belay.cli.demo.DemoCommand;
import dev.belay.problem.Problem;
import dev.belay.problem.ProblemText;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/// The commands by name, and how one is chosen and run.
///
/// Only the command that was typed is made, and picocli is not asked about mere words: reading the
/// annotations of commands would take longer than most of them run.
public final class CommandTree {
    private final Context context;

    /// Made when a command is looked for by its name: most of those that are typed, and the start
    /// of a control plane, do without, and linking how fifty commands are made takes longer than
    /// they run.
    private static final class Known {
        static final Map<String, Function<Context, BelayCommand>> COMMANDS = commands();
    }

    public CommandTree(Context context) {
        this.context = context;
    }

    @Command(
            name = "belay",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Ships a platform, and catches it when it falls.",
            synopsisSubcommandLabel = "COMMAND",
            footer = {
                "",
                "Start with `belay demo`, or with `belay init` in your platform's folder.",
                "`belay COMMAND --help` says more."
            })
    private static final class Root implements Runnable {
        @Spec private @Nullable CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(), "a command is missing");
        }
    }

    private static Map<String, Function<Context, BelayCommand>> commands() {
        Map<String, Function<Context, BelayCommand>> all = new LinkedHashMap<>();
        all.put("init", InitCommand::new);
        all.put("check", CheckCommand::new);
        all.put("scan", ScanCommand::new);
        all.put("lint", LintCommand::new);
        all.put("config", ConfigCommand::new);
        all.put("render", RenderCommand::new);
        all.put("docs", DocsCommand::new);
        all.put("plan", PlanCommand::new);
        all.put("deploy", DeployCommand::new);
        all.put("promote", PromoteCommand::new);
        all.put("parity", ParityCommand::new);
        all.put("contracts", ContractsCommand::new);
        all.put("policy", PolicyCommand::new);
        all.put("sources", SourcesCommand::new);
        all.put("rollback", RollbackCommand::new);
        all.put("freeze", FreezeCommand::new);
        all.put("thaw", ThawCommand::new);
        all.put("status", StatusCommand::new);
        all.put("why", WhyCommand::new);
        all.put("judge", JudgeCommand::new);
        all.put("calibrate", CalibrateCommand::new);
        all.put("releases", ReleasesCommand::new);
        all.put("show", ShowCommand::new);
        all.put("logs", LogsCommand::new);
        all.put("pause", PauseCommand::new);
        all.put("reschedule", RescheduleCommand::new);
        all.put("resume", ResumeCommand::new);
        all.put("cancel", CancelCommand::new);
        all.put("decide", DecideCommand::new);
        all.put("approve", ApproveCommand::new);
        all.put("check-off", CheckOffCommand::new);
        all.put("audit", AuditCommand::new);
        all.put("user", UserCommand::new);
        all.put("token", TokenCommand::new);
        all.put("whoami", WhoamiCommand::new);
        all.put("migrate", MigrateCommand::new);
        all.put("backup", BackupCommand::new);
        all.put("backups", BackupsCommand::new);
        all.put("drill", DrillCommand::new);
        all.put("restore", RestoreCommand::new);
        all.put("evidence", EvidenceCommand::new);
        all.put("artifact", ArtifactCommand::new);
        all.put("up", UpCommand::new);
        all.put("down", DownCommand::new);
        all.put("server", ServerCommand::new);
        all.put("gateway", GatewayCommand::new);
        all.put("demo", DemoCommand::new);
        all.put("completion", CompletionCommand::new);
        all.put("help", HelpCommand::new);
        all.put("version", VersionCommand::new);
        return all;
    }

    /// Names, in the order of `--help`.
    public static List<String> names() {
        return List.copyOf(Known.COMMANDS.keySet());
    }

    /// Names of the commands below one, in the order of its `--help`.
    public List<String> parts(String name) {
        Function<Context, BelayCommand> make = Known.COMMANDS.get(name);
        return make == null ? List.of() : List.copyOf(make.apply(context).parts().keySet());
    }

    /// All commands, for help, completion and whatever was mistyped.
    public CommandLine all() {
        return with(names());
    }

    /// Runs what was typed.
    ///
    /// @return the exit code
    public int run(String... args) {
        String first = args.length == 0 ? "" : args[0];
        BelayCommand plain = plain(first, args);
        if (plain != null) {
            return run(plain);
        }
        CommandLine line = Known.COMMANDS.containsKey(first) ? with(List.of(first)) : all();
        return line.execute(args);
    }

    /// The command, where one word says everything about it, or none at all; and a control plane,
    /// as [Daemons][dev.belay.cli.command.Daemons] starts it and as people do.
    private @Nullable BelayCommand plain(String first, String... args) {
        if (first.equals("server")) {
            if (args.length == 1) {
                return new ServerCommand(context);
            }
            boolean told = args.length == 3 && args[1].equals("--state") && args[2].startsWith("/");
            return told ? new ServerCommand(context, args[2]) : null;
        }
        if (args.length > 2 || (args.length == 2 && !isWord(args[1]))) {
            return null;
        }
        String word = args.length == 2 ? args[1] : "";
        return switch (first) {
            case "plan" -> new PlanCommand(context, word);
            case "releases" -> new ReleasesCommand(context, word);
            case "status" -> new StatusCommand(context, word);
            case "why" -> new WhyCommand(context, word);
            default -> null;
        };
    }

    /// Runs a command that needs no reading of flags. What is asked most often is mere words, and
    /// picocli takes longer to read the annotations of a command than such a one runs.
    private int run(BelayCommand command) {
        try {
            return command.call();
        } catch (RuntimeException | Error e) {
            return failed(e, command);
        }
    }

    /// Whether picocli too would take it for nothing but an argument.
    private static boolean isWord(String argument) {
        return !argument.isEmpty()
                && argument.charAt(0) != '-'
                && argument.chars()
                        .allMatch(c ->
                                ('a' <= c && c <= 'z')
                                        || ('A' <= c && c <= 'Z')
                                        || ('0' <= c && c <= '9')
                                        || c == '-'
                                        || c == '_'
                                        || c == '.');
    }

    private CommandLine with(List<String> names) {
        var line = new CommandLine(new Root());
        for (String name : names) {
            Function<Context, BelayCommand> make = Known.COMMANDS.get(name);
            if (make != null) {
                BelayCommand command = make.apply(context);
                var own = new CommandLine(command);
                command.parts().forEach(own::addSubcommand);
                line.addSubcommand(name, own);
            }
        }
        line.getCommandSpec().version(Version.TEXT);
        line.setColorScheme(
                CommandLine.Help.defaultColorScheme(
                        context.terminal().colour() ? Ansi.ON : Ansi.OFF));
        line.setOut(writer(context.terminal().out()));
        line.setErr(writer(context.terminal().err()));
        Map<String, CommandLine.IHelpSectionRenderer> sections =
                new LinkedHashMap<>(line.getHelpSectionMap());
        sections.put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> help.footer() + exitCodes());
        line.setHelpSectionMap(sections);
        line.setUsageHelpWidth(100);
        // `@FILE` would stand for what is in the file: whoever can name a branch or a reason could
        // have any file read, and said in an error (CVE-2024-23897).
        line.setExpandAtFiles(false);
        line.setParameterExceptionHandler(this::mistyped);
        line.setExecutionExceptionHandler(
                (e, _, result) -> failed(e, innermost(result).commandSpec().userObject()));
        return line;
    }

    /// What ends every help. Made when it is asked for: formatting loads much.
    private static String exitCodes() {
        var text = new StringBuilder("\nExit codes:\n");
        for (ExitCode code : ExitCode.values()) {
            String number = Integer.toString(code.number());
            text.append("  ").append(number).append(" ".repeat(4 - number.length()));
            text.append(code.meaning()).append('\n');
        }
        return text.toString();
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    /// Reading the flags has ended before `--json` was understood: so it is looked for as typed.
    private int mistyped(ParameterException e, String... typed) {
        Problem problem = Mistyped.problem(e);
        if (List.of(typed).contains("--json")) {
            context.terminal().print(StopJson.of(Stop.problem(problem)));
        } else {
            context.terminal().err().print(ProblemText.of(problem));
        }
        return ExitCode.PROBLEM.number();
    }

    private int failed(Throwable e, Object command) {
        if (e instanceof Stop stop) {
            if (command instanceof BelayCommand belay && belay.json()) {
                context.terminal().print(StopJson.of(stop));
            } else {
                context.terminal().out().flush();
                context.terminal().err().print(stop.text());
            }
            return stop.code().number();
        }
        var stack = new StringWriter();
        e.printStackTrace(new PrintWriter(stack));
        context.terminal()
                .say("belay: this is a bug in Belay, not in what you did. Please report:");
        context.terminal().say(stack.toString());
        return ExitCode.BUG.number();
    }

    private static ParseResult innermost(ParseResult result) {
        return result.hasSubcommand() ? innermost(result.subcommand()) : result;
    }
}
