package dev.belay.server.web;

import dev.belay.plan.Responsible;
import dev.belay.server.operations.Announcement;
import dev.belay.server.operations.CertificateStatus;
import dev.belay.server.operations.DoorStatus;
import dev.belay.server.operations.ReleaseLine;
import dev.belay.server.operations.ReleaseView;
import dev.belay.server.operations.StatusView;
import dev.belay.server.operations.StatusView.ComponentStatus;
import dev.belay.server.operations.StatusView.DependencyStatus;
import dev.belay.server.operations.StatusView.InstanceStatus;
import dev.belay.server.operations.StatusView.RevisionStatus;
import dev.belay.server.operations.StepView;
import dev.belay.server.operations.Times;
import dev.belay.server.operations.WhyView;
import dev.belay.server.text.Ages;
import java.util.List;

/// The status page: every environment with what it runs, the releases that are under way with their
/// steps, and what happened before. Shows, and changes nothing.
final class StatusPage {
    private final Html page = new Html();
    private final long now;

    private StatusPage(long now) {
        this.now = now;
    }

    /// One environment.
    ///
    /// @param active releases that have not ended, the newest first
    /// @param past the last ones that have
    record Part(StatusView status, WhyView why, List<ReleaseView> active, List<ReleaseLine> past) {}

    /// The whole page.
    static String whole(String platform, String version, String body) {
        var page = new Html();
        page.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .text(platform)
                .raw(" – Belay</title>")
                .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .raw("<link rel=\"stylesheet\" href=\"/assets/page.css\">")
                .raw("<script defer src=\"/assets/page.js\"></script></head><body>")
                .raw("<header><span class=\"mark\">Belay</span><h1>")
                .text(platform)
                .raw("</h1><span id=\"live\" class=\"live\">live</span></header>")
                .raw("<main id=\"main\">")
                .raw(body)
                .raw("</main><footer>Belay ")
                .text(version)
                .raw(" · every number is shown as seen / wanted</footer></body></html>");
        return page.toString();
    }

    /// What stands in the middle, and is fetched again while the page is open.
    static String body(List<Part> parts, long now) {
        var writer = new StatusPage(now);
        parts.forEach(writer::environment);
        if (parts.isEmpty()) {
            writer.page.raw("<p class=\"empty\">The manifest has no environments.</p>");
        }
        return writer.page.toString();
    }

    /// Shown instead when the manifest cannot be read.
    static String problem(String text) {
        return new Html()
                .raw("<section class=\"environment\"><h2>The manifest is not in order</h2><pre>")
                .text(text)
                .raw("</pre></section>")
                .toString();
    }

    private void environment(Part part) {
        StatusView status = part.status();
        page.raw("<section class=\"environment\"><h2>").text(status.environment()).raw(" ");
        badge(status.state());
        if (!status.gateway()) {
            badge("gateway away");
        }
        page.raw("</h2>");
        if (part.why().blocked()) {
            why(part.why());
        }
        announced(status);
        certificates(status.certificates());
        for (String trouble : status.backups()) {
            page.raw("<p class=\"backups\">");
            page.element("span", "because", "backups: " + trouble).raw("</p>");
        }
        components(status);
        dependencies(status.dependencies());
        part.active().forEach(this::release);
        history(part.past());
        page.raw("</section>");
    }

    private void why(WhyView why) {
        page.raw("<p class=\"why\"><b>").text(why.release()).raw("</b> ").text(why.reason());
        responsible(new Responsible(why.owner(), why.contact(), why.runbook()));
        if (!why.command().isEmpty()) {
            page.raw(" ").element("code", "command", why.command());
        }
        page.raw("</p>");
    }

    private void announced(StatusView status) {
        for (Announcement one : status.maintenance()) {
            page.raw("<p class=\"maintenance\"><b>").text(one.release()).raw("</b> ");
            badge(one.state());
            page.raw(" ").element("span", "because", "maintenance: " + one.detail()).raw("</p>");
        }
    }

    private void certificates(CertificateStatus certificates) {
        for (CertificateStatus.Ordered one : certificates.ordered()) {
            page.raw("<p class=\"certificate\">certificate of <b>").text(one.entrance());
            page.raw("</b> ");
            badge(one.state());
            page.raw(" ").element("span", "because", one.detail()).raw("</p>");
        }
        for (CertificateStatus.Shown one : certificates.shown()) {
            if (!one.detail().isEmpty()) {
                page.raw("<p class=\"certificate\">certificate <b>").text(one.name()).raw("</b> ");
                badge(one.state());
                page.raw(" ").element("span", "because", one.detail()).raw("</p>");
            }
        }
        for (String warning : certificates.warnings()) {
            page.raw("<p class=\"certificate\">");
            page.element("span", "because", "certificates: " + warning).raw("</p>");
        }
    }

    private void components(StatusView status) {
        page.raw("<table class=\"components\"><thead><tr><th>Component</th><th>State</th>")
                .raw("<th>Revision</th><th>Instances</th><th>Traffic</th><th>In flight</th>")
                .raw("</tr></thead><tbody>");
        for (ComponentStatus component : status.components()) {
            component(
                    component,
                    status.doors().stream()
                            .filter(door -> door.component().equals(component.name()))
                            .toList());
        }
        page.raw("</tbody></table>");
    }

    private void component(ComponentStatus component, List<DoorStatus> doors) {
        List<RevisionStatus> revisions = component.revisions();
        int rows = Math.max(1, revisions.size());
        page.raw("<tr class=\"first\"><td rowspan=\"" + rows + "\"><b>")
                .text(component.name())
                .raw("</b> <span class=\"dim\">")
                .text(component.kind())
                .raw(component.port() == 0 ? "" : " :" + component.port())
                .raw("</span></td><td rowspan=\"" + rows + "\">");
        badge(component.state());
        if (!component.because().isEmpty()) {
            page.raw(" ").element("span", "because", component.because());
        }
        for (DoorStatus door : doors) {
            page.raw(" ");
            badge(door.state());
            page.raw(" ").element("span", "because", door.detail());
        }
        if (!component.revision().isEmpty() && !component.soaked()) {
            page.raw(" <span class=\"dim\">unsoaked</span>");
        }
        page.raw("</td>");
        if (revisions.isEmpty()) {
            page.raw("<td colspan=\"4\" class=\"dim\">nothing runs</td></tr>");
        }
        for (int i = 0; i < revisions.size(); i++) {
            page.raw(i == 0 ? "" : "<tr>");
            revision(revisions.get(i), component.files());
            page.raw("</tr>");
        }
    }

    private void revision(RevisionStatus revision, boolean files) {
        page.raw("<td>").element("code", "revision", revision.revision()).raw("</td><td>");
        for (InstanceStatus instance : revision.instances()) {
            page.raw("<span class=\"instance ").text(instance.state()).raw("\" title=\"");
            page.text(instance.id() + " " + instance.state() + " " + instance.detail())
                    .raw("\"></span>");
        }
        if (files) {
            page.raw("<span class=\"dim\">files</span>");
        } else {
            pair(revision.instancesSeen(), revision.instancesWanted());
        }
        page.raw("</td><td>");
        if (revision.weightSeen() != 0 || revision.weightWanted() != 0) {
            // A width cannot be written here: the page allows no inline style.
            page.raw(
                    "<meter min=\"0\" max=\"100\" value=\""
                            + Math.max(0, revision.weightSeen())
                            + "\"></meter> ");
        }
        pair(revision.weightSeen(), revision.weightWanted());
        page.raw("</td><td>")
                .text(revision.inFlight() < 0 ? "?" : Integer.toString(revision.inFlight()))
                .raw("</td>");
    }

    private void pair(int seen, int wanted) {
        String shown = (seen < 0 ? "?" : Integer.toString(seen)) + " / " + wanted;
        page.element("span", seen == wanted ? "pair" : "pair differs", shown);
    }

    private void dependencies(List<DependencyStatus> dependencies) {
        if (dependencies.isEmpty()) {
            return;
        }
        page.raw("<p class=\"dependencies\">");
        for (DependencyStatus dependency : dependencies) {
            page.raw("<span class=\"dependency\" title=\"").text(dependency.detail()).raw("\"><b>");
            page.text(dependency.name()).raw("</b> <span class=\"dim\">");
            page.text(dependency.engine()).raw("</span> ");
            badge(dependency.state());
            page.raw("</span>");
        }
        page.raw("</p>");
    }

    private void release(ReleaseView view) {
        ReleaseLine release = view.release();
        boolean soaks = release.soaking() && release.state().equals("running");
        page.raw("<article class=\"release\"><h3>").text(release.id()).raw(" ");
        badge(soaks ? "soaking" : release.state());
        page.raw(" <span class=\"title\">")
                .text(release.title())
                .raw("</span></h3><p class=\"dim\">");
        page.text("by " + release.createdBy() + ", " + Ages.ago(release.createdAt(), now));
        page.text(view.reason().isEmpty() ? "" : " – " + view.reason()).raw("</p>");
        times(view.times());
        if (!view.because().isEmpty()) {
            page.element("p", "why", view.because());
        }
        page.raw("<p class=\"changes\">");
        for (ReleaseView.Change change : view.changes()) {
            page.raw("<span class=\"change\"><b>").text(change.component()).raw("</b> ");
            page.element("code", "revision", change.from().isEmpty() ? "nothing" : change.from());
            page.raw(" → ");
            page.element("code", "revision", change.to().isEmpty() ? "nothing" : change.to());
            page.raw("</span>");
        }
        page.raw("</p><ol class=\"steps\">");
        view.steps().forEach(this::step);
        page.raw("</ol></article>");
    }

    private void step(StepView step) {
        page.raw("<li class=\"step ").text(step.status()).raw("\"><span class=\"title\">");
        page.text(step.title()).raw("</span>");
        boolean busy = List.of("running", "waiting", "undoing").contains(step.status());
        page.element("span", "dim", busy ? Ages.of(now - step.since()) : "");
        page.element("span", "because", step.because());
        if (step.failed()) {
            page.element("span", "failure", step.result());
            page.element("span", "hint", step.hint());
            responsible(step.responsible());
            if (!step.detail().isEmpty()) {
                page.raw("<details><summary>log and probes</summary><pre>");
                page.text(step.detail()).raw("</pre></details>");
            }
        } else {
            page.element("span", "dim", step.result().lines().findFirst().orElse(""));
        }
        page.raw("</li>");
    }

    private void responsible(Responsible who) {
        if (!who.owner().isEmpty() || !who.contact().isEmpty()) {
            page.raw(" <span class=\"who\">")
                    .text(who.owner())
                    .raw(" ")
                    .link(who.contact())
                    .raw("</span>");
        }
        if (!who.runbook().isEmpty()) {
            page.raw(" <span class=\"who\">runbook: ").link(who.runbook()).raw("</span>");
        }
    }

    private void times(Times times) {
        page.raw("<p class=\"times\">");
        time("queued", times.queued());
        time("person", times.person());
        time("window", times.window());
        time("progressing", times.progressing());
        time("soaking", times.soaking());
        page.raw("</p>");
    }

    private void time(String name, long millis) {
        if (millis > 0) {
            page.raw("<span class=\"time " + name + "\">");
            page.text(name + " " + Ages.of(millis)).raw("</span>");
        }
    }

    private void history(List<ReleaseLine> past) {
        if (past.isEmpty()) {
            return;
        }
        page.raw("<h4>History</h4><table class=\"history\"><tbody>");
        for (ReleaseLine release : past) {
            page.raw("<tr><td><b>").text(release.id()).raw("</b></td><td>");
            badge(release.state());
            page.raw("</td><td>").text(release.title()).raw("</td><td class=\"dim\">");
            page.text(Ages.ago(release.endedAt(), now)).raw("</td><td class=\"dim\">");
            page.text("took " + Ages.of(release.endedAt() - release.createdAt()));
            page.raw("</td><td class=\"dim\">").text(release.createdBy()).raw("</td></tr>");
        }
        page.raw("</tbody></table>");
    }

    private void badge(String word) {
        page.raw("<span class=\"badge ").text(word).raw("\">").text(word).raw("</span>");
    }
}
