package dev.belay.gate.report;

import dev.belay.gate.report.Case.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What tests say: JUnit's XML and TAP. What is said to have failed and is not shown has failed all
/// the same.
final class Tests {
    static final int CASES_MAX = 200_000;

    private static final Pattern PLAN = Pattern.compile("1\\.\\.([0-9]{1,9})\\s*(#.*)?");
    private static final Pattern LINE =
            Pattern.compile("(not )?ok\\b\\s*([0-9]{0,9})\\s*(?:-\\s*)?(.*)");
    private static final Pattern DIRECTIVE =
            Pattern.compile("(?i)^(.*?)(?<!\\\\)#\\s*(skip|todo)\\S*.*$");

    private final List<Case> cases = new ArrayList<>();
    private final Map<String, Integer> seen = new HashMap<>();

    /// Failures that are counted, and belong to no case.
    private int unseen;

    private Tests() {}

    // --- JUnit ------------------------------------------------------------------------------

    static Reading junit(String text) throws Unreadable {
        var tests = new Tests();
        var suites = new Suites(tests);
        XmlReport.read(text, suites);
        return tests.reading(Format.JUNIT, suites.tool, "", suites.at, suites.seconds);
    }

    /// Counts while it goes down and up again.
    private static final class Suites implements XmlReport.Visitor {
        private final Tests tests;
        private final List<Suite> open = new ArrayList<>();
        private String name = "";
        private Outcome outcome = Outcome.PASSED;
        private String tool = "";
        private long at;
        private double seconds;

        /// A suite that is not closed yet: how many failures it says it has, and how many were
        /// seen.
        private record Suite(int depth, double says, int before) {}

        Suites(Tests tests) {
            this.tests = tests;
        }

        @Override
        public void start(String element, XmlReport.Attributes attributes, int depth)
                throws Unreadable {
            switch (element) {
                case "testsuite" -> suite(attributes, depth);
                case "testsuites" -> said(attributes, depth);
                case "testcase" -> {
                    String of = attributes.text("classname");
                    name = (of.isEmpty() ? "" : of + ".") + attributes.text("name");
                    outcome = Outcome.PASSED;
                    // Of Ant's older form: what was not run is said by an attribute.
                    if (attributes.text("status").equals("notrun")) {
                        outcome = Outcome.SKIPPED;
                    }
                    seconds += time(attributes);
                }
                case "failure", "error" -> {
                    if (!name.isEmpty()) {
                        outcome = Outcome.FAILED;
                    } else {
                        tests.unseen++;
                    }
                }
                case "skipped" ->
                        outcome = outcome == Outcome.FAILED ? Outcome.FAILED : Outcome.SKIPPED;
                case "property" -> {
                    if (attributes.text("name").equals("surefire.real.class.path")) {
                        tool = "surefire";
                    }
                }
                default -> {
                    // Output, properties and repeated runs say nothing of how it ended.
                }
            }
        }

        private void suite(XmlReport.Attributes attributes, int depth) throws Unreadable {
            said(attributes, depth);
            long stamp = Stamp.of(attributes.text("timestamp"));
            at = at == 0 ? stamp : stamp == 0 ? at : Math.min(at, stamp);
            // pytest and jest say who they are in the suite's name.
            String called = attributes.text("name");
            if (tool.isEmpty() && (called.equals("pytest") || called.equals("jest tests"))) {
                tool = called.replace(" tests", "");
            }
        }

        private void said(XmlReport.Attributes attributes, int depth) throws Unreadable {
            double says = attributes.count("failures") + attributes.count("errors");
            open.add(new Suite(depth, says, tests.failed()));
        }

        private static double time(XmlReport.Attributes attributes) throws Unreadable {
            String time = attributes.text("time");
            // Some write thousands with a comma; how long it took decides nothing.
            return time.isEmpty() || time.contains(",") ? 0 : attributes.number("time");
        }

        @Override
        public void end(String element, int depth) throws Unreadable {
            if (element.equals("testcase")) {
                tests.add(name, outcome);
                name = "";
            } else if (!open.isEmpty() && open.getLast().depth() == depth) {
                Suite suite = open.removeLast();
                int found = tests.failed() - suite.before();
                tests.unseen += (int) Math.max(0, suite.says() - found);
            }
        }
    }

    // --- TAP --------------------------------------------------------------------------------

    static Reading tap(String text) throws Unreadable {
        var tests = new Tests();
        int planned = -1;
        boolean bailed = false;
        for (String line : text.lines().toList()) {
            Matcher plan = PLAN.matcher(line);
            Matcher test = LINE.matcher(line);
            if (line.startsWith("Bail out!")) {
                bailed = true;
            } else if (plan.matches()) {
                if (planned >= 0) {
                    throw new Unreadable("has two plans", "add the runs one by one");
                }
                planned = Integer.parseInt(plan.group(1));
            } else if (test.matches()) {
                tests.tapLine(test);
            }
        }
        if (planned < 0 && !bailed) {
            throw new Unreadable(
                    "has no plan, such as `1..12`: it may have been cut off",
                    "let the run come to its end");
        }
        tests.unseen += Math.max(0, planned - tests.cases.size()) + (bailed ? 1 : 0);
        return tests.reading(Format.TAP, "", "", 0, 0);
    }

    private void tapLine(Matcher test) throws Unreadable {
        boolean ok = test.group(1) == null;
        String said = test.group(3);
        Matcher directive = DIRECTIVE.matcher(said);
        Outcome outcome = ok ? Outcome.PASSED : Outcome.FAILED;
        if (directive.matches()) {
            said = directive.group(1);
            // What is still to do may fail; what does is no failure.
            outcome = Outcome.SKIPPED;
        }
        add(said.isBlank() ? "test " + test.group(2) : said.strip(), outcome);
    }

    // --- both -------------------------------------------------------------------------------

    private void add(String name, Outcome outcome) throws Unreadable {
        if (cases.size() >= CASES_MAX) {
            throw new Unreadable("has more than %d tests".formatted(CASES_MAX), "split it");
        }
        int times = seen.merge(name, 1, Integer::sum);
        cases.add(Case.of(times == 1 ? name : name + " #" + times, outcome));
        if (outcome == Outcome.FAILED) {
            failed++;
        }
    }

    private int failed;

    private int failed() {
        return failed + unseen;
    }

    private Reading reading(Format format, String tool, String version, long at, double seconds) {
        long passed = cases.stream().filter(one -> one.outcome() == Outcome.PASSED).count();
        long skipped = cases.stream().filter(one -> one.outcome() == Outcome.SKIPPED).count();
        var figures = new TreeMap<String, Double>();
        figures.put("total", (double) cases.size() + unseen);
        figures.put("passed", (double) passed);
        figures.put("failed", (double) failed());
        figures.put("skipped", (double) skipped);
        if (seconds > 0) {
            figures.put("seconds", seconds);
        }
        // From no test follows nothing good.
        boolean good = failed() == 0 && passed > 0;
        return new Reading(
                format,
                "tests",
                tool,
                version,
                at,
                figures,
                good ? Reading.Own.PASSED : Reading.Own.FAILED,
                cases);
    }
}
