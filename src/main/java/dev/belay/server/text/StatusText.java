package dev.belay.server.text;

import dev.belay.server.operations.Announcement;
import dev.belay.server.operations.CertificateStatus;
import dev.belay.server.operations.DoorStatus;
import dev.belay.server.operations.Notice;
import dev.belay.server.operations.ReleaseLine;
import dev.belay.server.operations.StatusView;
import dev.belay.server.operations.StatusView.ComponentStatus;
import dev.belay.server.operations.StatusView.DependencyStatus;
import dev.belay.server.operations.StatusView.InstanceStatus;
import dev.belay.server.operations.StatusView.RevisionStatus;

/// What an environment runs, as a tree: each number twice, seen and wanted.
public final class StatusText {
    /// Linux has no greater one (`PID_MAX_LIMIT`).
    private static final long PID_MAX = 1L << 22;

    private final StringBuilder text = new StringBuilder();
    private final Paint paint;

    private StatusText(boolean colour) {
        paint = new Paint(colour);
    }

    public static String of(StatusView status, long now, boolean colour) {
        var writer = new StatusText(colour);
        writer.write(status, now);
        return writer.text.toString();
    }

    private void write(StatusView status, long now) {
        line(
                paint.bold(status.platform() + " / " + status.environment())
                        + "  "
                        + paint.state(status.state())
                        + (status.gateway()
                                ? ""
                                : "  " + paint.bad("the gateway does not answer")));
        if (!status.gatewayProcess().current()) {
            line(
                    "  "
                            + paint.dim(
                                    "the gateway runs another build than the control plane, "
                                            + status.gatewayProcess().build()
                                            + "; `belay gateway upgrade` replaces it"));
        }
        certificates(status.certificates());
        for (ComponentStatus component : status.components()) {
            component(component);
            status.doors().stream()
                    .filter(door -> door.component().equals(component.name()))
                    .forEach(this::door);
            boolean files = component.files();
            component.revisions().forEach(revision -> revision(revision, files));
        }
        for (Announcement one : status.maintenance()) {
            String said = "maintenance: `" + one.release() + "`: " + one.detail();
            line("  " + paint.warn(Paint.plain(said)));
        }
        for (String trouble : status.backups()) {
            line("  " + paint.bad("backups: " + Paint.plain(trouble)));
        }
        for (Notice notice : status.notices()) {
            String said = Paint.plain(notice.about() + ": " + notice.text());
            line("  " + (notice.wrong() ? paint.bad(said) : paint.dim(said)));
        }
        for (DependencyStatus dependency : status.dependencies()) {
            line(
                    "  "
                            + paint.bold(dependency.name())
                            + "  "
                            + paint.dim(dependency.engine())
                            + "  "
                            + paint.state(dependency.state())
                            + said(dependency.detail()));
        }
        for (ReleaseLine release : status.releases()) {
            line(
                    "  "
                            + paint.bold(release.id())
                            + "  "
                            + paint.state(release.soaking() ? "soaking" : release.state())
                            + "  "
                            + Paint.plain(release.title())
                            + "  "
                            + paint.dim(Ages.ago(release.createdAt(), now)));
        }
    }

    /// Of certificates that somebody else looks after, only what is to be done. What is ordered by
    /// itself is shown always: nobody else knows how that goes.
    private void certificates(CertificateStatus certificates) {
        for (CertificateStatus.Ordered one : certificates.ordered()) {
            String name = paint.bold("certificate of " + one.entrance());
            line("  " + name + "  " + paint.state(one.state()) + said(one.detail()));
        }
        for (CertificateStatus.Shown one : certificates.shown()) {
            if (!one.detail().isEmpty()) {
                String name = paint.bold("certificate " + one.name());
                line("  " + name + "  " + paint.state(one.state()) + said(one.detail()));
            }
        }
        certificates
                .warnings()
                .forEach(one -> line("  " + paint.warn("certificates: " + Paint.plain(one))));
    }

    private void component(ComponentStatus component) {
        String unsoaked = component.revision().isEmpty() || component.soaked() ? "" : "  unsoaked";
        line(
                "  "
                        + paint.bold(component.name())
                        + "  "
                        + paint.dim(
                                component.kind()
                                        + (component.port() == 0 ? "" : " :" + component.port()))
                        + "  "
                        + paint.state(component.state())
                        + said(component.because())
                        + paint.dim(unsoaked)
                        + (component.busyWith().isEmpty()
                                ? ""
                                : "  " + paint.busy(component.busyWith())));
        component.addresses().forEach(address -> line("    " + Paint.plain(address)));
    }

    private void door(DoorStatus door) {
        line("    " + paint.warn(door.state()) + "  " + Paint.plain(door.detail()));
    }

    /// @param files whether the gateway serves them itself, so that there is no instance to count
    private void revision(RevisionStatus revision, boolean files) {
        String weight = revision.weightSeen() < 0 ? "?" : Integer.toString(revision.weightSeen());
        boolean routed = revision.weightWanted() > 0 || revision.weightSeen() > 0;
        line(
                "    "
                        + Paint.plain(revision.revision())
                        + "  "
                        + (files
                                ? "files"
                                : revision.instancesSeen()
                                        + "/"
                                        + revision.instancesWanted()
                                        + " instances")
                        + (routed ? "  weight " + weight + "/" + revision.weightWanted() : "")
                        + (revision.inFlight() > 0
                                ? "  " + revision.inFlight() + " in flight"
                                : ""));
        revision.instances().forEach(this::instance);
    }

    private void instance(InstanceStatus instance) {
        line(
                "      "
                        + Paint.plain(instance.id())
                        + "  "
                        + paint.state(instance.state())
                        + (instance.port() == 0 ? "" : "  :" + instance.port())
                        + (instance.socket().isEmpty() ? "" : "  " + Paint.plain(instance.socket()))
                        + (isProcess(instance.pid()) ? "  pid " + instance.pid() : "")
                        + (instance.restarts() == 0
                                ? ""
                                : "  " + paint.warn(restarts(instance.restarts())))
                        + said(instance.detail()));
    }

    /// What is in a cluster is no process of this machine: its number only tells it from others.
    private static boolean isProcess(long pid) {
        return pid > 0 && pid <= PID_MAX;
    }

    private static String restarts(int count) {
        return count == 1 ? "1 restart" : count + " restarts";
    }

    private static String said(String detail) {
        return detail.isEmpty() ? "" : "  " + Paint.plain(detail);
    }

    private void line(String line) {
        text.append(line.stripTrailing()).append('\n');
    }
}
