package dev.belay.contract;

import dev.belay.contract.proto.ProtoException;
import dev.belay.contract.proto.ProtoFiles;
import dev.belay.manifest.text.Node;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.problem.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// All that one component promises at one time.
public final class ContractSet {
    private static final Set<String> DESCRIPTORS = Set.of("pb", "binpb", "protoset", "desc");

    /// One that promises nothing.
    public static final ContractSet NONE = new ContractSet(List.of(), Set.of());

    private final List<Contract> contracts;
    private final Set<String> files;

    private ContractSet(List<Contract> contracts, Set<String> files) {
        this.contracts = List.copyOf(contracts);
        this.files = new TreeSet<>(files);
    }

    /// Reads contracts, and what they refer to.
    ///
    /// @param paths as the manifest names them, below the component's folder
    public static Reading read(List<String> paths, Library library) {
        var problems = new ArrayList<Problem>();
        var contracts = new ArrayList<Contract>();
        var files = new TreeSet<String>();
        var protos = new ArrayList<String>();
        for (String path : paths) {
            switch (ending(path)) {
                case "proto", "pb", "binpb", "protoset", "desc" -> protos.add(path);
                default -> {
                    var documents = new Documents(library, problems);
                    documents
                            .read(path)
                            .flatMap(root -> contract(path, documents, root, problems))
                            .ifPresent(contracts::add);
                    files.addAll(documents.files());
                }
            }
        }
        if (!protos.isEmpty()) {
            try {
                ProtoFiles read = ProtoFiles.read(protos, library::find);
                files.addAll(read.files());
                contracts.add(new Contract.Proto(protos.getFirst(), read));
            } catch (ProtoException e) {
                problems.add(problem(e));
            }
        }
        return problems.isEmpty()
                ? new Reading.Read(new ContractSet(contracts, files))
                : new Reading.Refused(problems.stream().distinct().toList());
    }

    /// What a file is of, by its name; for those who look for contracts.
    public static boolean isDescriptor(String path) {
        return DESCRIPTORS.contains(ending(path));
    }

    /// The files that were read, those that others refer to included.
    public Set<String> files() {
        return Set.copyOf(files);
    }

    public boolean isEmpty() {
        return contracts.isEmpty();
    }

    /// How this differs from what was promised before.
    public List<Difference> since(ContractSet before) {
        var found = new Findings();
        var left = new ArrayList<>(contracts);
        var gone = new ArrayList<Contract>();
        for (Contract was : before.contracts) {
            Optional<Contract> same =
                    left.stream()
                            .filter(one -> one.path().equals(was.path()) || bothProto(one, was))
                            .findFirst();
            if (same.isPresent()) {
                left.remove(same.get());
                compare(was, same.get(), found);
            } else {
                gone.add(was);
            }
        }
        for (Contract was : gone) {
            // A file may move: what it promises stays the same.
            List<Contract> candidates =
                    left.stream().filter(one -> one.kind().equals(was.kind())).toList();
            boolean only =
                    gone.stream().filter(one -> one.kind().equals(was.kind())).count() == 1
                            && candidates.size() == 1;
            if (only) {
                left.remove(candidates.getFirst());
                compare(was, candidates.getFirst(), found);
            } else {
                found.add(
                        new Difference(
                                Weight.BREAKING,
                                Rule.CONTRACT_REMOVED,
                                was.path(),
                                "this contract is gone",
                                new Spot(was.path(), 1, true)));
            }
        }
        return found.inOrder();
    }

    private static boolean bothProto(Contract one, Contract other) {
        return one instanceof Contract.Proto && other instanceof Contract.Proto;
    }

    private static void compare(Contract was, Contract now, Findings found) {
        switch (was) {
            case Contract.OpenApi older when now instanceof Contract.OpenApi newer ->
                    new OpenApiComparison(older, newer, found).compare();
            case Contract.AsyncApi older when now instanceof Contract.AsyncApi newer ->
                    new AsyncApiComparison(older, newer, found).compare();
            case Contract.Proto older when now instanceof Contract.Proto newer ->
                    new ProtoComparison(older.files(), newer.files(), found).compare();
            case Contract other ->
                    found.add(
                            new Difference(
                                    Weight.BREAKING,
                                    Rule.CONTRACT_KIND,
                                    other.path(),
                                    "it is %s now, and was %s".formatted(now.kind(), other.kind()),
                                    new Spot(now.path(), 1, false)));
        }
    }

    private static Optional<Contract> contract(
            String path, Documents documents, Node root, List<Problem> problems) {
        if (root instanceof Node.Mapping map) {
            String openapi = OpenApiComparison.text(map, "openapi");
            String asyncapi = OpenApiComparison.text(map, "asyncapi");
            if (openapi.matches("3\\.[0-9].*")) {
                return Optional.of(new Contract.OpenApi(path, documents, map));
            }
            if (asyncapi.matches("[23]\\.[0-9].*")) {
                return Optional.of(new Contract.AsyncApi(path, documents, map));
            }
            if (!openapi.isEmpty() || !asyncapi.isEmpty() || map.get("swagger") != null) {
                problems.add(
                        new Problem(
                                "contract/version",
                                root.mark().place(),
                                "this version of the format is not known",
                                "OpenAPI 3.x and AsyncAPI 2.x and 3.x are; a file of Swagger 2.0 is"
                                        + " converted by many tools"));
                return Optional.empty();
            }
        }
        problems.add(
                new Problem(
                        "contract/unknown-kind",
                        root.mark().place(),
                        "`%s` is no contract that is known".formatted(path),
                        "its first key is `openapi` or `asyncapi`, or its name ends in `.proto`, or"
                                + " in `.binpb` for a set of descriptors"));
        return Optional.empty();
    }

    private static Problem problem(ProtoException e) {
        Place place =
                e.line() == 0
                        ? new Place.Named("`" + e.file() + "`")
                        : new Place.Line(
                                new Span(e.file(), e.line(), 1, Math.max(2, e.text().length() + 1)),
                                e.text());
        return new Problem("contract/unreadable", place, e.what(), "");
    }

    private static String ending(String path) {
        int dot = path.lastIndexOf('.');
        return dot < 0 ? "" : path.substring(dot + 1).toLowerCase(Locale.ROOT);
    }
}
