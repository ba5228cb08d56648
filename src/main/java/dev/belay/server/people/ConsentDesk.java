package dev.belay.server.people;

import dev.belay.driver.Consents;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.gate.ConsentGate;
import dev.belay.gate.ConsentGate.Finding;
import dev.belay.gate.ConsentGate.Said;
import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.journal.Journal;
import dev.belay.journal.PeopleStore;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.release.Actor;
import dev.belay.release.ConsentRule;
import dev.belay.release.Work;
import dev.belay.release.people.Action;
import dev.belay.release.people.ApiToken;
import dev.belay.release.people.Directory;
import dev.belay.release.people.Grant;
import dev.belay.release.people.Person;
import dev.belay.release.people.Role;
import dev.belay.server.operations.Denied;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads what people said of a release, out of its journal, and who they are now: whoever may not
/// consent any more has not consented.
public final class ConsentDesk implements Consents {
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final Journal journal;
    private final PeopleStore people;
    private final Actor owner;

    /// @param owner of the state folder, who is no person of the store
    public ConsentDesk(Journal journal, PeopleStore people, Actor owner) {
        this.journal = journal;
        this.people = people;
        this.owner = owner;
    }

    @Override
    public Look consented(Work.Consented work, Order order) {
        Optional<ReleaseRow> row = journal.find(order.release());
        if (row.isEmpty()) {
            return new Look.Failed("there is no such release any more", "", "");
        }
        Finding finding = finding(row.get(), work.rule());
        if (!finding.objected().isEmpty()) {
            return new Look.Failed(finding.objected(), "talk about it, then submit it anew", "");
        }
        return finding.isMet()
                ? new Look.Done(String.join(", ", finding.given()))
                : new Look.Waiting(AGAIN, String.join("; ", finding.lacking()));
    }

    /// What was said of a release, and what is lacking.
    public Finding finding(ReleaseRow row, ConsentRule rule) {
        return ConsentGate.judge(rule, Actor.personOf(row.createdBy()), said(row), people.now());
    }

    /// For who wants to say something.
    public ConsentView view(ReleaseRow row, Plan plan) {
        for (Step step : plan.steps()) {
            if (step.work() instanceof Work.Consented(ConsentRule rule)) {
                Finding finding = finding(row, rule);
                return new ConsentView(
                        row.id(),
                        row.title(),
                        row.planDigest(),
                        Actor.personOf(row.createdBy()),
                        rule.wantsApprovals() ? rule.approvers() : "",
                        rule.checklist(),
                        finding.given(),
                        finding.lacking(),
                        finding.objected());
            }
        }
        return new ConsentView(
                row.id(),
                row.title(),
                row.planDigest(),
                Actor.personOf(row.createdBy()),
                "",
                List.of(),
                List.of(),
                List.of(),
                "");
    }

    private List<Said> said(ReleaseRow row) {
        Directory directory = people.people();
        var said = new ArrayList<Said>();
        for (Entry entry : journal.entries(row.id(), 0)) {
            String person = Actor.personOf(entry.actor());
            switch (entry.fact()) {
                case Fact.Approved(String digest, String _) -> {
                    boolean counts =
                            digest.equals(row.planDigest())
                                    && !isBorrowed(entry.actor(), row, directory);
                    Set<String> names = counts ? names(entry.actor(), row, directory) : Set.of();
                    said.add(new Said.Approval(person, names, entry.at()));
                }
                // They consented to another time; who objected did so to what it is.
                case Fact.Scheduled _ -> said.removeIf(one -> !(one instanceof Said.Objection));
                case Fact.Objected(String reason) -> said.add(new Said.Objection(person, reason));
                case Fact.CheckedOff(String point, String _) ->
                        said.add(new Said.Check(person, point));
                default -> {}
            }
        }
        return said;
    }

    /// Refuses a consent that would not count, as the submitter himself could have given it.
    ///
    /// @throws Denied when he made the token that is shown
    public void demandOwn(ReleaseRow row, Actor actor) {
        if (isBorrowed(actor.subject(), row, people.people())) {
            throw Denied.refusal(
                    "`%s` submitted it, and made the token that you show"
                            .formatted(Actor.personOf(row.createdBy())),
                    "make one of your own with it, `belay token create`, and consent with that");
        }
    }

    /// Whether the submitter made the token that somebody else is said to have shown.
    private static boolean isBorrowed(String subject, ReleaseRow row, Directory directory) {
        String person = Actor.personOf(subject);
        String submitter = Actor.personOf(row.createdBy());
        return directory.tokensOf(person).stream()
                .filter(token -> subject.equals(person + "/" + token.name()))
                .map(ApiToken::madeBy)
                .anyMatch(made -> Actor.personOf(made).equals(submitter));
    }

    /// What somebody is called who may consent there now; empty when he may not.
    private Set<String> names(String subject, ReleaseRow row, Directory directory) {
        var names = new HashSet<String>();
        String person = Actor.personOf(subject);
        if (subject.equals(owner.subject())) {
            names.add(person);
            names.addAll(Role.words());
            return names;
        }
        Person known = directory.person(person).orElse(null);
        if (known == null || !known.powers().allows(Action.APPROVE, row.environment())) {
            return names;
        }
        names.add(person);
        for (Grant grant : known.grants()) {
            if (grant.environment().equals(row.environment())
                    || grant.environment().equals(Grant.EVERYWHERE)) {
                names.add(grant.role().word());
            }
        }
        return names;
    }
}
