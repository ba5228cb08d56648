package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.PATH;
import static dev.belay.manifest.shape.Shapes.TEXT;
import static dev.belay.manifest.shape.Shapes.either;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.word;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.ContractRule;
import java.util.List;

/// What components promise, and what an environment asks of that.
final class ContractSections {
    static final Key<List<String>> CONTRACTS =
            Key.of(
                            "contracts",
                            list(PATH),
                            "Files of OpenAPI, AsyncAPI and Protocol Buffers, relative to `dir`, that"
                                    + " say what it promises to those who use it; kept with what runs.")
                    .fallback("[]");

    private static final Key<String> COMPONENT =
            Key.of("component", NAME, "Component whose contract it is.").asRequired();
    private static final Key<String> AT =
            Key.of(
                            "at",
                            TEXT,
                            "What breaks, as `belay contracts diff` names it: `DELETE /orders/{id}`,"
                                    + " `send orders/placed`, `shop.v1.Order`.")
                    .asRequired();
    private static final Key<String> RULE =
            Key.of("rule", TEXT, "Only this kind of difference, such as `operation-removed`.");
    private static final Key<String> BECAUSE =
            Key.of("because", TEXT, "Why it may break all the same.").asRequired();

    private static final Fields<ContractRule.Except> EXCEPTION =
            Fields.of(
                    "contract-exception",
                    "Something of a contract that may break.",
                    "{component: orders, at: \"DELETE /orders/{id}\", because: nobody calls it}",
                    List.of(COMPONENT, AT, RULE, BECAUSE),
                    List.of(),
                    row ->
                            new ContractRule.Except(
                                    row.get(COMPONENT),
                                    row.get(AT),
                                    row.find(RULE).orElse(""),
                                    row.get(BECAUSE)));

    private static final Key<List<ContractRule.Except>> EXCEPT =
            Key.of("except", list(EXCEPTION), "What may break all the same.").fallback("[]");

    private static final Fields<ContractRule> ASKED =
            Fields.of(
                    "contracts",
                    "What contracts must keep.",
                    "{except: [{component: orders, at: \"DELETE /orders/{id}\", because: nobody calls"
                            + " it}]}",
                    List.of(EXCEPT),
                    List.of(),
                    row -> new ContractRule(true, row.get(EXCEPT)));

    static final Key<ContractRule> GATE =
            Key.of(
                    "contracts",
                    either(word("compatible", new ContractRule(true, List.of())), ASKED),
                    "`compatible`: nothing is released whose contracts break what those of the running"
                            + " revision promised.");

    private ContractSections() {}

    static ContractRule rule(Row gates) {
        return gates.find(GATE).orElse(ContractRule.NONE);
    }
}
