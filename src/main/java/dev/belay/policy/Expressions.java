package dev.belay.policy;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.belay.problem.Nearest;
import dev.cel.checker.CelStandardDeclarations;
import dev.cel.checker.CelStandardDeclarations.StandardFunction.Overload.Arithmetic;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelExpr.ExprKind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Expressions in CEL, checked against the [Model] and bounded: what can be written is short and
/// shallow, cannot make text or lists grow, and ends after so many rounds. The one class that knows
/// the library.
final class Expressions {
    /// Longer ones are programs.
    static final int CHARACTERS_MAX = 2_000;

    private static final int DEPTH_MAX = 32;
    private static final int NODES_MAX = 2_000;

    /// Of all loops of one evaluation together.
    private static final int ROUNDS_MAX = 50_000;

    private static final int PATTERN_MAX = 500;
    private static final int KEPT_MAX = 2_000;

    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .maxExpressionCodePointSize(CHARACTERS_MAX)
                    .maxParseRecursionDepth(DEPTH_MAX)
                    .maxParseExpressionNodeCount(NODES_MAX)
                    .comprehensionMaxIterations(ROUNDS_MAX)
                    .maxRegexProgramSize(PATTERN_MAX)
                    // The runtime knows no other way.
                    .enableHeterogeneousNumericComparisons(true)
                    .build();

    /// What makes a longer text or list of two, and so lets nested loops fill the memory.
    private static final Set<Arithmetic> GROWING =
            Set.of(Arithmetic.ADD_STRING, Arithmetic.ADD_BYTES, Arithmetic.ADD_LIST);

    private static final Pattern UNDEFINED = Pattern.compile("undefined field '([^']*)'");
    private static final Pattern UNDECLARED =
            Pattern.compile("undeclared reference to '([^']*)'.*", Pattern.DOTALL);

    private static final Expressions STANDARD = new Expressions();

    private final Map<String, StructType> types = new LinkedHashMap<>();
    private final Map<String, CelCompiler> compilers = new HashMap<>();
    private final CelRuntime runtime =
            CelRuntimeFactory.plannerRuntimeBuilder().setOptions(OPTIONS).build();
    private final Map<String, Compiled> kept = new ConcurrentHashMap<>();

    private Expressions() {
        Model.structures().forEach(this::type);
        compilers.put("", compiler(""));
        Model.EACH.keySet().forEach(each -> compilers.put(each, compiler(each)));
    }

    static Expressions standard() {
        return STANDARD;
    }

    /// What became of an expression.
    sealed interface Compiled {}

    /// It can be asked.
    ///
    /// @param roots which of the things that every rule sees it looks at
    /// @param named those of them that its text names, and not only `each`
    /// @param looks what it looks at of the thing that it is asked of
    record Ready(Set<String> roots, Set<String> named, Looks looks, CelRuntime.Program program)
            implements Compiled {
        /// What it says.
        ///
        /// @throws Undecided when it says nothing
        boolean of(Map<String, Object> variables) throws Undecided {
            try {
                // Handed as a map, all of them would be copied first.
                if (program.eval(name -> Optional.ofNullable(variables.get(name)))
                        instanceof Boolean answer) {
                    return answer;
                }
            } catch (CelEvaluationException e) {
                throw new Undecided(brief(e.getMessage()), e);
            }
            throw new Undecided("it is neither true nor false", null);
        }
    }

    /// What of a thing an expression looks at: two things that are alike in it get one answer.
    sealed interface Looks {
        /// At what these lead to, field by field, and at nothing else of it.
        record Paths(Set<List<String>> all) implements Looks {}

        /// At it as a whole.
        record Whole() implements Looks {}
    }

    /// It is wrong at a place, counted from 1 and 0 as CEL does.
    record Wrong(int line, int column, String message, String hint) implements Compiled {}

    /// An expression was evaluated and came to nothing.
    static final class Undecided extends Exception {
        private static final long serialVersionUID = 1;

        Undecided(String why, @Nullable Throwable cause) {
            super(why, cause);
        }

        String why() {
            return String.valueOf(getMessage());
        }
    }

    /// @param each what it is asked of, or empty
    Compiled compile(String each, String text) {
        if (kept.size() > KEPT_MAX) {
            kept.clear();
        }
        return kept.computeIfAbsent(each + "\n" + text, _ -> compiled(each, text));
    }

    private Compiled compiled(String each, String text) {
        if (text.codePointCount(0, text.length()) > CHARACTERS_MAX) {
            return new Wrong(
                    1, 0, "it is longer than " + CHARACTERS_MAX + " characters", "write two rules");
        }
        CelCompiler compiler = compilers.get(each);
        if (compiler == null) {
            throw new IllegalArgumentException(each);
        }
        CelValidationResult result = compiler.compile(text);
        if (result.hasError()) {
            return wrong(result.getErrors().getFirst());
        }
        try {
            CelAbstractSyntaxTree tree = result.getAst();
            Set<String> named = named(tree);
            return new Ready(
                    roots(named, each), named, looks(tree, each), runtime.createProgram(tree));
        } catch (CelValidationException | CelEvaluationException e) {
            return new Wrong(1, 0, brief(e.getMessage()), "");
        }
    }

    private static Set<String> named(CelAbstractSyntaxTree tree) {
        var named = new TreeSet<String>();
        tree.getReferenceMap().values().stream()
                .map(reference -> reference.name())
                .filter(Model.ROOT.fields()::containsKey)
                .forEach(named::add);
        return named;
    }

    /// Whoever names the thing without a field of it looks at the whole. A loop whose variable has
    /// the same name only adds to what is looked at.
    private static Looks looks(CelAbstractSyntaxTree tree, String each) {
        var paths = new LinkedHashSet<List<String>>();
        for (CelNavigableExpr node : CelNavigableAst.fromAst(tree).getRoot().allNodes().toList()) {
            if (node.getKind() == ExprKind.Kind.IDENT && node.expr().ident().name().equals(each)) {
                List<String> path = path(node);
                if (path.isEmpty()) {
                    return new Looks.Whole();
                }
                paths.add(path);
            }
        }
        return new Looks.Paths(paths);
    }

    /// The fields that are asked for one of the other, from a name on.
    private static List<String> path(CelNavigableExpr name) {
        var path = new ArrayList<String>();
        Optional<CelNavigableExpr> above = name.parent();
        while (above.isPresent() && above.get().getKind() == ExprKind.Kind.SELECT) {
            path.add(above.get().expr().select().field());
            above = above.get().parent();
        }
        return List.copyOf(path);
    }

    private static Set<String> roots(Set<String> named, String each) {
        var roots = new TreeSet<>(named);
        String list = Model.EACH.get(each);
        if (list != null) {
            roots.add(list);
        }
        return roots;
    }

    private Wrong wrong(CelIssue issue) {
        String message = issue.getMessage();
        var place = issue.getSourceLocation();
        int line = Math.max(1, place.getLine());
        int column = Math.max(0, place.getColumn());
        Matcher undefined = UNDEFINED.matcher(message);
        if (undefined.matches()) {
            var fields = new TreeSet<String>();
            types.values().forEach(type -> fields.addAll(type.fieldNames()));
            return new Wrong(
                    line,
                    column + 1,
                    "there is no field `" + undefined.group(1) + "` here",
                    Nearest.hint(undefined.group(1), fields));
        }
        Matcher undeclared = UNDECLARED.matcher(message);
        if (undeclared.matches()) {
            var names = new TreeSet<>(Model.ROOT.fields().keySet());
            names.addAll(Model.EACH.keySet());
            return new Wrong(
                    line,
                    column,
                    "there is nothing called `" + undeclared.group(1) + "` here",
                    Nearest.hint(undeclared.group(1), names));
        }
        return new Wrong(line, column, brief(message), "");
    }

    private static String brief(@Nullable String message) {
        String text = message == null ? "it cannot be evaluated" : message.replace('\n', ' ');
        int candidates = text.indexOf(" (candidates:");
        String all = candidates > 0 ? text.substring(0, candidates) : text;
        return all.length() > 200 ? all.substring(0, 200) + "…" : all;
    }

    private CelCompiler compiler(String each) {
        CelCompilerBuilder builder =
                CelCompilerFactory.standardCelCompilerBuilder()
                        .setOptions(OPTIONS)
                        // Not `map` and `filter`: they make lists grow.
                        .setStandardMacros(
                                CelStandardMacro.HAS,
                                CelStandardMacro.ALL,
                                CelStandardMacro.EXISTS,
                                CelStandardMacro.EXISTS_ONE)
                        .setStandardEnvironmentEnabled(false)
                        .setStandardDeclarations(
                                CelStandardDeclarations.newBuilder()
                                        .filterFunctions((_, overload) ->
                                                !(overload instanceof Arithmetic one
                                                        && GROWING.contains(one)))
                                        .build())
                        .setTypeProvider(new Provider(ImmutableList.copyOf(types.values())))
                        .setResultType(SimpleType.BOOL);
        Model.ROOT.fields().values().forEach(root -> builder.addVar(root.name(), typeOf(root)));
        String list = Model.EACH.get(each);
        if (list != null) {
            builder.addVar(each, known(Model.structureOf(list)));
        }
        return builder.build();
    }

    private record Provider(ImmutableList<CelType> all) implements CelTypeProvider {
        @Override
        public ImmutableCollection<CelType> types() {
            return all;
        }

        @Override
        public Optional<CelType> findType(String name) {
            return all.stream().filter(type -> type.name().equals(name)).findFirst();
        }
    }

    private StructType type(Model.Structure structure) {
        StructType there = types.get(structure.name());
        if (there != null) {
            return there;
        }
        var fields = new LinkedHashMap<String, CelType>();
        structure.fields().forEach((name, field) -> fields.put(name, typeOf(field)));
        ImmutableMap<String, CelType> all = ImmutableMap.copyOf(fields);
        var type =
                StructType.create(
                        structure.name(), all.keySet(), name -> Optional.ofNullable(all.get(name)));
        types.put(structure.name(), type);
        return type;
    }

    private CelType typeOf(Model.Field field) {
        Model.Structure of = field.of();
        return switch (field.type()) {
            case TEXT -> SimpleType.STRING;
            case TRUTH -> SimpleType.BOOL;
            case NUMBER -> SimpleType.INT;
            case TIME -> SimpleType.DURATION;
            case TEXTS -> ListType.create(SimpleType.STRING);
            case ONE -> known(of);
            case MANY -> ListType.create(known(of));
        };
    }

    private CelType known(Model.@Nullable Structure structure) {
        if (structure == null) {
            throw new IllegalStateException("a structure without one");
        }
        return type(structure);
    }
}
