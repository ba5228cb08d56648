package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `belay audit proof`.
@Command(
        description = {
            "Proves that an entry is in the audit log, or with --from, that the log began",
            "as it was when it had so many entries."
        },
        footer = {
            "",
            "The proof of an entry is printed as C2SP tlog-proof, which other tools verify, too;",
            "--json has the entry itself beside it, and is verified by `belay audit verify FILE`.",
            "",
            "Examples:",
            "  belay audit proof 120 > 120.tlog-proof",
            "  belay audit proof 120 --json",
            "  belay audit proof --from 100",
            "  belay audit proof --from 100 --to 250 --json"
        })
public final class AuditProofCommand extends BelayCommand {
    @Parameters(index = "0", arity = "0..1", paramLabel = "ENTRY", description = "Its number.")
    private @Nullable Long entry;

    @Option(names = "--from", paramLabel = "SIZE", description = "Entries of the earlier log.")
    private @Nullable Long from;

    @Option(names = "--to", paramLabel = "SIZE", description = "Entries of the later log (all).")
    private @Nullable Long to;

    public AuditProofCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if ((entry == null) == (from == null) || (to != null && from == null)) {
            throw wrong(
                    "cli/one-of",
                    "ENTRY --from",
                    "it proves an entry, or one log to be another's beginning",
                    "`belay audit proof 120`, or `belay audit proof --from 100`");
        }
        if ((entry != null && entry < 1) || (from != null && from < 0) || (to != null && to < 1)) {
            throw wrong("cli/no-number", "ENTRY --from --to", "entries are counted from 1", "");
        }
        String path = "/api/v1/audit/proof?" + (entry != null ? "entry=" + entry : "from=" + from);
        String answer =
                controlPlane().text(Http.Request.get(to == null ? path : path + "&to=" + to));
        if (json()) {
            terminal().print(answer);
        } else {
            JsonNode proof = JsonMapper.shared().readTree(answer);
            (entry != null ? inclusion(proof) : consistency(proof)).forEach(terminal()::print);
        }
        return ExitCode.DONE;
    }

    private static List<String> inclusion(JsonNode proof) {
        var lines = new ArrayList<String>();
        lines.add("c2sp.org/tlog-proof@v1");
        lines.add("index " + (proof.path("seq").asLong() - 1));
        lines.addAll(hashes(proof));
        lines.add("");
        lines.addAll(proof.path("checkpoint").asString("").lines().toList());
        return lines;
    }

    private static List<String> consistency(JsonNode proof) {
        var lines = new ArrayList<String>();
        lines.add("from " + proof.path("from").asLong());
        lines.add("to " + proof.path("size").asLong());
        lines.addAll(hashes(proof));
        lines.add("");
        lines.addAll(proof.path("checkpoint").asString("").lines().toList());
        return lines;
    }

    private static List<String> hashes(JsonNode proof) {
        var hashes = new ArrayList<String>();
        for (JsonNode hash : proof.path("proof")) {
            byte[] bytes = HexFormat.of().parseHex(hash.asString(""));
            hashes.add(Base64.getEncoder().encodeToString(bytes));
        }
        return hashes;
    }
}
