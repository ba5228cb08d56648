package dev.belay.cluster;

import dev.belay.release.Digest;
import java.util.Locale;
import java.util.regex.Pattern;

/// What objects are called. Names of components and revisions are taken as they are where a cluster
/// takes them; others are cut, and end with a digest of what they were, so that never two things
/// have one name.
public final class ObjectName {
    /// What a Service, a label and most else may have at most (RFC 1123).
    public static final int LABEL_MAX = 63;

    /// The cluster adds eleven characters for each run of a schedule.
    static final int SCHEDULE_MAX = 52;

    private static final Pattern LABEL = Pattern.compile("[a-z]([a-z0-9-]*[a-z0-9])?");
    private static final Pattern VALUE =
            Pattern.compile("([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?");

    private static final Pattern HOST = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,198}[a-z0-9])?");

    /// What was cut ends so; what ends so by itself is cut, too.
    private static final Pattern CUT = Pattern.compile(".*-x[0-9a-f]{12}");

    /// What the revision of a component is called ends so; no component may.
    private static final Pattern OF_REVISION = Pattern.compile(".*-[0-9a-f]{12}");

    private ObjectName() {}

    /// Of what a component has once: its Service, its account, its budget.
    public static String component(String component) {
        return OF_REVISION.matcher(component).matches()
                ? cut(component, LABEL_MAX)
                : fit(component, LABEL_MAX);
    }

    /// Of what a revision has: its Deployment, its settings, its secret.
    public static String revision(String id) {
        return fit(id, LABEL_MAX);
    }

    /// Of what runs by the clock.
    static String schedule(String component) {
        return OF_REVISION.matcher(component).matches()
                ? cut(component, SCHEDULE_MAX)
                : fit(component, SCHEDULE_MAX);
    }

    /// Of what a revision has that runs by the clock.
    public static String scheduleOf(String id) {
        return fit(id, SCHEDULE_MAX);
    }

    /// A name that a cluster takes: the given one where it does.
    public static String fit(String name, int max) {
        boolean taken =
                name.length() <= max
                        && LABEL.matcher(name).matches()
                        && !CUT.matcher(name).matches();
        return taken ? name : cut(name, max);
    }

    /// The value of a label: the given one where it may be one.
    static String labelValue(String value) {
        boolean taken =
                value.length() <= LABEL_MAX
                        && VALUE.matcher(value).matches()
                        && !CUT.matcher(value).matches();
        return taken ? value : cut(value, LABEL_MAX);
    }

    /// Of what belongs to a host, whichever components it leads to. It has dots, and so is never
    /// the name of a component or a revision.
    static String host(String host) {
        boolean taken = HOST.matcher(host).matches() && !CUT.matcher(host).matches();
        return (taken ? host : cut(host, LABEL_MAX)) + ".tls";
    }

    /// Of what all of an environment shares.
    static String environment(String what, String platform, String environment) {
        return what + "." + fit(platform, LABEL_MAX) + "." + fit(environment, LABEL_MAX);
    }

    private static String cut(String name, int max) {
        String end = "-x" + Digest.of(name).brief();
        String letters =
                name.toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9-]", "-")
                        .replaceAll("^[^a-z]+", "");
        int room = Math.min(letters.length(), max - end.length());
        String begin = letters.substring(0, room).replaceAll("-+$", "");
        return (begin.isEmpty() ? "belay" : begin) + end;
    }
}
