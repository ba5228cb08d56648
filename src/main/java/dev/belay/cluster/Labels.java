package dev.belay.cluster;

import dev.belay.release.Placement;
import dev.belay.release.Pod;
import dev.belay.release.Scope;
import java.util.SortedMap;
import java.util.TreeMap;

/// Labels and annotations by which objects of ours are known.
public final class Labels {
    public static final String PLATFORM = "belay.dev/platform";
    public static final String ENVIRONMENT = "belay.dev/environment";
    public static final String COMPONENT = "belay.dev/component";
    public static final String REVISION = "belay.dev/revision";

    /// Of a pod that is an instance of a revision, and no run of a job: the value is [#YES].
    public static final String INSTANCE = "belay.dev/instance";

    public static final String YES = "yes";

    /// An annotation: the token of the order by which an object was written last. Put in by whoever
    /// applies it.
    public static final String OP_TOKEN = "belay.dev/op-token";

    /// Of a pod that may ask all components; the value is [#YES].
    static final String CALLS_ANYBODY = "belay.dev/calls-anybody";

    /// Of a pod that may ask the component whose name follows.
    private static final String CALLS = "calls.belay.dev/";

    private Labels() {}

    /// What all of an environment has, and nothing else.
    public static SortedMap<String, String> ofEnvironment(Placement placement, String environment) {
        var labels = new TreeMap<String, String>();
        labels.put(PLATFORM, ObjectName.labelValue(placement.platform()));
        labels.put(ENVIRONMENT, ObjectName.labelValue(environment));
        return labels;
    }

    /// What all of a component has, and nothing else.
    public static SortedMap<String, String> ofComponent(Placement placement, Scope scope) {
        SortedMap<String, String> labels = ofEnvironment(placement, scope.environment());
        labels.put(COMPONENT, ObjectName.labelValue(scope.name()));
        return labels;
    }

    /// What the instances of a revision have, and nothing else: what a Deployment selects by, once
    /// and for all.
    public static SortedMap<String, String> ofRevision(
            Placement placement, Scope scope, String revision) {
        SortedMap<String, String> labels = ofComponent(placement, scope);
        labels.put(REVISION, ObjectName.labelValue(revision));
        return labels;
    }

    /// What the instances of a component have, of whichever revision, and nothing else.
    public static SortedMap<String, String> ofInstances(Placement placement, Scope scope) {
        SortedMap<String, String> labels = ofComponent(placement, scope);
        labels.put(INSTANCE, YES);
        return labels;
    }

    /// All labels of an object: the environment's own, those that tools look for, and ours, which
    /// win.
    static SortedMap<String, String> all(Placement placement, SortedMap<String, String> ours) {
        var labels = new TreeMap<String, String>(placement.labels());
        labels.put("app.kubernetes.io/managed-by", "belay");
        labels.put("app.kubernetes.io/part-of", ObjectName.labelValue(placement.platform()));
        String component = ours.get(COMPONENT);
        if (component != null) {
            labels.put("app.kubernetes.io/name", component);
        }
        labels.putAll(ours);
        return labels;
    }

    /// What says whom a pod may ask.
    static SortedMap<String, String> calls(Pod.Calls calls) {
        var labels = new TreeMap<String, String>();
        if (calls.anybody()) {
            labels.put(CALLS_ANYBODY, YES);
        }
        calls.components().forEach(component -> labels.put(mayCall(component), YES));
        return labels;
    }

    /// The label of a pod that may ask a component.
    static String mayCall(String component) {
        return CALLS + ObjectName.component(component);
    }
}
