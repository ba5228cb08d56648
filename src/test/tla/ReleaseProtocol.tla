-------------------------- MODULE ReleaseProtocol --------------------------
(***************************************************************************)
(* How several engines carry out releases over one journal, in a world     *)
(* that loses, repeats and delays: the protocol of `dev.belay.execution`   *)
(* and `dev.belay.journal`, without its patience, texts and looks.         *)
(*                                                                         *)
(*   release  owns scopes, all taken at once; its steps are partly ordered *)
(*   journal  the truth; one append is one atomic action here              *)
(*   run      what one engine believes about one release (`ReleaseRun`)    *)
(*   target   per scope: the last token it let in, and what was done       *)
(*                                                                         *)
(* What goes wrong is drawn from one budget, `Faults`: an engine dies or   *)
(* drops a run, a lease is taken from an engine that is alive, an answer   *)
(* does not come. Messages are late, reordered and repeated for free: they *)
(* stay in `net` until the target would refuse them anyway.                *)
(*                                                                         *)
(* Several facts of one append are several actions here: every order and   *)
(* every cut between them is looked at, more than the code can do.         *)
(*                                                                         *)
(* Not here, but in the simulation: HELD and decisions, pauses, once-only  *)
(* steps, deadlines, traffic and readiness, rejected baselines.            *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets

CONSTANTS
    Plan,       \* for each release, oldest first, a sequence of steps:
                \*   [scope, kind: "verifiable" | "idempotent" | "soak",
                \*    after: earlier steps of the same release, fails: BOOLEAN]
    Replicas,   \* the engines that share the journal
    Faults,     \* how often something may go wrong
    Cancels,    \* how often a person cancels a release
    Without     \* design decisions taken away, to see that they are needed

Parts == {"target-fence",    \* the target lets in only tokens greater than the last
          "attempt-tokens",  \* a token for each attempt, not one for a whole lease
          "sealing",         \* a probe shuts out older tokens before it looks
          "probing",         \* after a lost answer the target is asked first
          "journal-fence",   \* the journal refuses whoever lost the lease
          "journal-version", \* ... and whoever has not read to the end
          "scopes-at-once",  \* all scopes are taken together or none
          "undo-of-failed",  \* what failed is undone too: it may have left something
          "undo-in-reverse", \* a step is undone after everything that built on it
          "takeover"}        \* an orphaned release finds a new engine

ASSUME Without \subseteq Parts

Has(part) == part \notin Without

Releases == DOMAIN Plan
Steps(r) == DOMAIN Plan[r]
Step(r, i) == Plan[r][i]
Wants(r) == {Step(r, i).scope : i \in Steps(r)}
Scopes == UNION {Wants(r) : r \in Releases}
Nobody == 0

VARIABLES
    book,    \* journal: the fold of each release's entries (`Progress`)
    fence,   \* journal: each release's lease epoch
    owner,   \* journal: which release owns a scope (`scope_owner`)
    token,   \* journal: the last token given out for a scope (`op_token`)
    run,     \* engines: what each believes about each release; gone in a crash
    net,     \* world: orders under way
    last,    \* world: the last token that each scope's target let in
    world,   \* world: how often each step was done, and whether it is there
    faults, cancels  \* what is left of the budgets

journal == <<book, fence, owner, token>>
targets == <<net, last, world>>
budgets == <<faults, cancels>>
vars == <<journal, run, targets, budgets>>

-----------------------------------------------------------------------------
(* The fold of a release's entries, and what each fact does to it.         *)

Submitted(r) ==
    [version |-> 1, state |-> "queued", cancelled |-> FALSE, soaking |-> FALSE,
     unsoaked |-> FALSE,
     to   |-> [i \in Steps(r) |-> "untouched"],  \* Direction.DO
     back |-> [i \in Steps(r) |-> "untouched"],  \* Direction.UNDO
     open |-> [i \in Steps(r) |-> 0]]            \* the token of an open intent

Active(f) == f.state \in {"running", "rolling-back"}
Ended(f) == f.state \in {"completed", "rolled-back"}
Way(f) == IF f.state = "rolling-back" THEN "back" ELSE "to"
IsOpen(f, i) == f.open[i] # 0
Leaving(f) == f.cancelled \/ \E i \in DOMAIN f.to : f.to[i] = "failed"

Opened(f, i, t) ==
    IF Way(f) = "to"
    THEN [f EXCEPT !.version = @ + 1, !.open[i] = t, !.to[i] = "open"]
    ELSE [f EXCEPT !.version = @ + 1, !.open[i] = t, !.back[i] = "open"]
Closed(f, i, result) ==
    IF Way(f) = "to"
    THEN [f EXCEPT !.version = @ + 1, !.open[i] = 0, !.to[i] = result, !.soaking = FALSE]
    ELSE [f EXCEPT !.version = @ + 1, !.open[i] = 0, !.back[i] = result]
Soaking(f, i) == [f EXCEPT !.version = @ + 1, !.to[i] = "waiting", !.soaking = TRUE]
InState(f, state) == [f EXCEPT !.version = @ + 1, !.state = state, !.soaking = FALSE]
TakenOver(f) == [InState(f, "completed") EXCEPT !.unsoaked = TRUE]

-----------------------------------------------------------------------------
(* What an engine knows of a release: the fold as far as it has read, and  *)
(* what is under way for each step (`Activity`). A run with fence 0 is     *)
(* none. "busy": an order was sent; "probe": a probe is to be sent; "done" *)
(* and "failed": an answer that the journal does not have yet.             *)

Nothing == [is |-> "nothing", token |-> 0]
NoRun(r) == [fence |-> 0, view |-> Submitted(r), act |-> [i \in Steps(r) |-> Nothing]]
NewRun(r, f, epoch) == [NoRun(r) EXCEPT !.fence = epoch, !.view = f]
Runs(p, r) == run[p][r].fence # 0
View(p, r) == run[p][r].view
Act(p, r, i) == run[p][r].act[i]
Answered(act) == act.is \in {"done", "failed"}

\* Course: nothing new begins while an answer is here that the journal does not have.
Settled(p, r) == \A i \in Steps(r) : ~Answered(Act(p, r, i))

Holds(p, r) == Runs(p, r) /\ run[p][r].fence = fence[r]
IsHeld(r) == \E p \in Replicas : Holds(p, r)

\* AppendTransaction: the writer still has the lease, and has read to the end.
Accepted(p, r) ==
    /\ Runs(p, r)
    /\ Active(book[r])
    /\ Has("journal-fence") => run[p][r].fence = fence[r]
    /\ Has("journal-version") => View(p, r).version = book[r].version

\* One fact of the engine's: into the journal and into the engine's own fold.
Write(p, r, Fact(_), act) ==
    /\ Accepted(p, r)
    /\ book' = [book EXCEPT ![r] = Fact(@)]
    /\ run' = [run EXCEPT ![p][r].view = Fact(@), ![p][r].act = act]

-----------------------------------------------------------------------------
(* The target: `world[r][i]` says how often a step was done and whether    *)
(* anything of it is there.                                                *)

LetsIn(scope, t, seen) ==
    IF ~Has("target-fence") THEN TRUE
    ELSE IF Has("attempt-tokens") THEN t > seen[scope]
    ELSE t >= seen[scope]

\* Orders that will be refused for ever need not be remembered.
Pending(orders, seen) == {m \in orders : LetsIn(Step(m.r, m.i).scope, m.token, seen)}

Max(a, b) == IF a > b THEN a ELSE b

\* From the commit of an intent on, its order may arrive at any time or never: a crash before it
\* was sent is an order that never arrives.
Send(r, i, way, t) ==
    net' = Pending(net \cup {[r |-> r, i |-> i, way |-> way, token |-> t]}, last)

\* An order arrives. Whoever still waits for it learns the answer.
Arrive(m) ==
    LET scope == Step(m.r, m.i).scope
        kind == Step(m.r, m.i).kind
        there == world[m.r][m.i].there
        Answer(result) ==
            run' = [p \in Replicas |->
                IF Runs(p, m.r) /\ Act(p, m.r, m.i) = [is |-> "busy", token |-> m.token]
                THEN [run[p] EXCEPT ![m.r].act[m.i] = [is |-> result, token |-> 0]]
                ELSE run[p]]
        Done ==
            world' = [world EXCEPT ![m.r][m.i] =
                IF m.way = "back" THEN [@ EXCEPT !.there = FALSE]
                ELSE [times |-> IF kind = "verifiable" /\ @.times < 2 THEN @.times + 1
                                                                   ELSE Max(@.times, 1),
                      there |-> TRUE]]
        \* What is idempotent may be left half-done by a failure.
        Failed ==
            world' = [world EXCEPT ![m.r][m.i].there = @ \/ kind = "idempotent"]
    IN /\ LetsIn(scope, m.token, last)
       /\ last' = [last EXCEPT ![scope] = Max(@, m.token)]
       /\ net' = Pending(net, last')
       /\ \/ Done /\ Answer("done")
          \/ m.way = "to" /\ Step(m.r, m.i).fails /\ Failed /\ Answer("failed")
       /\ UNCHANGED <<journal, budgets>>

-----------------------------------------------------------------------------
(* Claiming (`ClaimTransaction`)                                           *)

MakesWay(r) == book[r].soaking /\ \A i \in Steps(r) : ~IsOpen(book[r], i)
IsFree(scope) == owner[scope] = Nobody \/ MakesWay(owner[scope])

\* A queued release takes its scopes and starts, unless an older one waits for one of them. Those
\* that merely soak in a wanted scope end completed, unsoaked, in the same transaction.
Start(p, r) ==
    LET wanted == {s \in Wants(r) : IsFree(s)}
        over == {owner[s] : s \in wanted} \ {Nobody}
    IN /\ book[r].state = "queued"
       /\ \A older \in Releases :
            older < r /\ book[older].state = "queued" => Wants(older) \cap Wants(r) = {}
       /\ IF Has("scopes-at-once") THEN wanted = Wants(r) ELSE wanted # {}
       /\ book' = [q \in Releases |->
            IF q = r THEN InState(book[q], "running")
            ELSE IF q \in over THEN TakenOver(book[q]) ELSE book[q]]
       /\ fence' = [q \in Releases |-> IF q \in over \cup {r} THEN fence[q] + 1 ELSE fence[q]]
       /\ owner' = [s \in Scopes |->
            IF s \in wanted THEN r ELSE IF owner[s] \in over THEN Nobody ELSE owner[s]]
       /\ run' = [run EXCEPT ![p][r] = NewRun(r, book'[r], fence'[r])]
       /\ UNCHANGED <<token, targets, budgets>>

\* An active release whose lease ran out goes to whoever asks. A lease is judged by clocks, so it
\* may run out under an engine that is alive: that is a fault, and must be harmless.
Adopt(p, r) ==
    /\ Active(book[r])
    /\ ~Holds(p, r)
    /\ IF IsHeld(r) THEN faults > 0 /\ faults' = faults - 1
                    ELSE Has("takeover") /\ UNCHANGED faults
    /\ fence' = [fence EXCEPT ![r] = @ + 1]
    /\ run' = [run EXCEPT ![p][r] = NewRun(r, book[r], fence'[r])]
    /\ UNCHANGED <<book, owner, token, targets, cancels>>

\* ReleaseRun: an append was refused because somebody wrote in between, or the lease is lost.
Reload(p, r) ==
    /\ Holds(p, r)
    /\ View(p, r).version # book[r].version
    /\ run' = [run EXCEPT ![p][r].view = book[r]]
    /\ UNCHANGED <<journal, targets, budgets>>

Lose(p, r) ==
    /\ Runs(p, r)
    /\ ~Holds(p, r) \/ Ended(book[r])
    /\ run' = [run EXCEPT ![p][r] = NoRun(r)]
    /\ UNCHANGED <<journal, targets, budgets>>

-----------------------------------------------------------------------------
(* Intents and their outcomes (`Course`)                                   *)

IsEffect(r, i) == Step(r, i).kind # "soak"

\* At most one open intent per scope. The journal's key on `open_intent` is not modelled: the
\* invariant OneOpenIntentPerScope shows that it never has to refuse.
ScopeIdle(p, r, i) ==
    \A j \in Steps(r) : Step(r, j).scope = Step(r, i).scope => ~IsOpen(View(p, r), j)

\* AppendTransaction.nextToken
NextToken(p, r, i) ==
    IF Has("attempt-tokens") THEN token[Step(r, i).scope] + 1 ELSE run[p][r].fence

\* An intent or a reattempt: a token of its own is committed, then the order or the probe goes out.
Attempt(p, r, i, first) ==
    LET t == NextToken(p, r, i)
    IN /\ token' = [token EXCEPT ![Step(r, i).scope] = Max(@, t)]
       /\ Write(p, r, LAMBDA f : Opened(f, i, t),
                 [run[p][r].act EXCEPT ![i] = [is |-> first, token |-> t]])
       /\ IF first = "busy" THEN Send(r, i, Way(View(p, r)), t) ELSE UNCHANGED net
       /\ UNCHANGED <<fence, owner, last, world, budgets>>

\* What an engine writes besides: it touches neither tokens nor the world.
Note(p, r, Fact(_), act) ==
    /\ Write(p, r, Fact, act)
    /\ UNCHANGED <<fence, owner, token, targets, budgets>>

\* Whether step i waits for nothing but itself.
Ready(p, r, i) ==
    /\ View(p, r).state = "running"
    /\ Settled(p, r)
    /\ ~Leaving(View(p, r))
    /\ View(p, r).to[i] = "untouched"
    /\ \A before \in Step(r, i).after : View(p, r).to[before] = "done"

Intend(p, r, i) ==
    /\ IsEffect(r, i)
    /\ Ready(p, r, i)
    /\ ScopeIdle(p, r, i)
    /\ Attempt(p, r, i, "busy")

\* An open intent that nobody is at: the one path after every crash, takeover and lost answer.
Recover(p, r, i) ==
    LET forward == Way(View(p, r)) = "to"
        asks == forward /\ Step(r, i).kind = "verifiable" /\ Has("probing")
        givesUp == forward /\ Step(r, i).kind = "idempotent" /\ Leaving(View(p, r))
    IN /\ Runs(p, r)
       /\ Settled(p, r)
       /\ IsOpen(View(p, r), i)
       /\ Act(p, r, i) = Nothing
       \* What is given up is undone, and the greater token of its undo shuts it out.
       /\ IF givesUp THEN Note(p, r, LAMBDA f : Closed(f, i, "failed"), run[p][r].act)
                     ELSE Attempt(p, r, i, IF asks THEN "probe" ELSE "busy")

\* The probe seals: it raises the target's last token to just below its own before it looks. An
\* effect that is found not done is then ordered with the same token, or given up. No lease is
\* checked here: an engine that was overtaken long ago may still come by.
Probe(p, r, i) ==
    LET scope == Step(r, i).scope
        t == Act(p, r, i).token
        sealed == IF Has("attempt-tokens") THEN t - 1 ELSE t
        Learn(is) == run' = [run EXCEPT ![p][r].act[i] =
                                [is |-> is, token |-> IF is = "busy" THEN t ELSE 0]]
    IN /\ Act(p, r, i).is = "probe"
       /\ LetsIn(scope, t, last)
       /\ last' = IF Has("sealing") THEN [last EXCEPT ![scope] = Max(@, sealed)] ELSE last
       /\ IF world[r][i].there THEN Learn("done")
          ELSE IF Leaving(View(p, r)) THEN Learn("failed") ELSE Learn("busy")
       /\ LET order == [r |-> r, i |-> i, way |-> "to", token |-> t]
              orders == IF Act(p, r, i)'.is = "busy" THEN {order} ELSE {}
          IN net' = Pending(net \cup orders, last')
       /\ UNCHANGED <<journal, world, budgets>>

Outcome(p, r, i) ==
    /\ Answered(Act(p, r, i))
    /\ IsOpen(View(p, r), i)
    /\ Note(p, r, LAMBDA f : Closed(f, i, Act(p, r, i).is),
            [run[p][r].act EXCEPT ![i] = Nothing])

\* From here on a newer release may take over; the soak may also end badly.
BeginSoak(p, r, i) ==
    /\ ~IsEffect(r, i)
    /\ Ready(p, r, i)
    /\ Note(p, r, LAMBDA f : Soaking(f, i), run[p][r].act)

EndSoak(p, r, i) ==
    /\ View(p, r).state = "running"
    /\ View(p, r).to[i] = "waiting"
    /\ \E result \in {"done"} \cup (IF Step(r, i).fails THEN {"failed"} ELSE {}) :
            Note(p, r, LAMBDA f : Closed(f, i, result), run[p][r].act)

-----------------------------------------------------------------------------
(* Going back, and the end                                                 *)

\* UndoOrder: everything that built on step i, directly or not; in one scope, all that came later.
RECURSIVE BuiltOn(_, _)
BuiltOn(r, i) ==
    LET next == {j \in Steps(r) :
                    i \in Step(r, j).after \/ (j > i /\ Step(r, j).scope = Step(r, i).scope)}
    IN next \cup UNION {BuiltOn(r, j) : j \in next}
Later == [r \in Releases |-> [i \in Steps(r) |-> BuiltOn(r, i)]]

\* What was ever intended is undone, whether or not it is known to have happened.
ToUndo(r, f, i) ==
    IsEffect(r, i) /\ f.to[i] \in (IF Has("undo-of-failed") THEN {"done", "failed"} ELSE {"done"})
Undone(r, f, i) == ToUndo(r, f, i) => f.back[i] = "done"

TurnBack(p, r) ==
    /\ View(p, r).state = "running"
    /\ Settled(p, r)
    /\ Leaving(View(p, r))
    /\ \A i \in Steps(r) : ~IsOpen(View(p, r), i)
    /\ Note(p, r, LAMBDA f : InState(f, "rolling-back"), NoRun(r).act)

Undo(p, r, i) ==
    LET f == View(p, r)
    IN /\ f.state = "rolling-back"
       /\ Settled(p, r)
       /\ ~Undone(r, f, i)
       /\ f.back[i] = "untouched"
       /\ Has("undo-in-reverse") => \A later \in Later[r][i] : Undone(r, f, later)
       /\ ScopeIdle(p, r, i)
       /\ Attempt(p, r, i, "busy")

End(p, r) ==
    LET f == View(p, r)
        ended == IF f.state = "running" THEN "completed" ELSE "rolled-back"
    IN /\ Accepted(p, r)
       /\ Settled(p, r)
       /\ \/ /\ f.state = "running"
             /\ ~Leaving(f)
             /\ \A i \in Steps(r) : f.to[i] = "done"
          \/ /\ f.state = "rolling-back"
             /\ \A i \in Steps(r) : Undone(r, f, i)
       /\ book' = [book EXCEPT ![r] = InState(@, ended)]
       /\ owner' = [s \in Scopes |-> IF owner[s] = r THEN Nobody ELSE owner[s]]
       /\ run' = [run EXCEPT ![p][r] = NoRun(r)]
       /\ UNCHANGED <<fence, token, targets, budgets>>

-----------------------------------------------------------------------------
(* People and bad luck                                                     *)

\* Commands: cancel and roll back, at any moment. It is written over the engine's head.
Cancel(r) ==
    /\ cancels > 0
    /\ book[r].state = "running"
    /\ ~book[r].cancelled
    /\ book' = [book EXCEPT ![r].cancelled = TRUE, ![r].version = @ + 1]
    /\ cancels' = cancels - 1
    /\ UNCHANGED <<fence, owner, token, run, targets, faults>>

\* An engine dies, or drops one release; a crash is a Drop of each.
Drop(p, r) ==
    /\ Holds(p, r)
    /\ faults > 0
    /\ faults' = faults - 1
    /\ run' = [run EXCEPT ![p][r] = NoRun(r)]
    /\ UNCHANGED <<journal, targets, cancels>>

\* The order or the answer is lost, or late beyond the engine's patience; or the journal's own
\* answer to the intent, so that the engine finds it when it reads again.
Silence(p, r, i) ==
    /\ Runs(p, r)
    /\ Act(p, r, i) # Nothing
    /\ faults > 0
    /\ faults' = faults - 1
    /\ run' = [run EXCEPT ![p][r].act[i] = Nothing]
    /\ UNCHANGED <<journal, targets, cancels>>

-----------------------------------------------------------------------------

Init ==
    /\ book = [r \in Releases |-> Submitted(r)]
    /\ fence = [r \in Releases |-> 0]
    /\ owner = [s \in Scopes |-> Nobody]
    /\ token = [s \in Scopes |-> 0]
    /\ run = [p \in Replicas |-> [r \in Releases |-> NoRun(r)]]
    /\ net = {}
    /\ last = [s \in Scopes |-> 0]
    /\ world = [r \in Releases |-> [i \in Steps(r) |-> [times |-> 0, there |-> FALSE]]]
    /\ faults = Faults
    /\ cancels = Cancels

Work(p, r) ==
    \/ Start(p, r) \/ Adopt(p, r) \/ Reload(p, r) \/ Lose(p, r)
    \/ TurnBack(p, r) \/ End(p, r)
    \/ \E i \in Steps(r) :
        \/ Intend(p, r, i) \/ Recover(p, r, i) \/ Probe(p, r, i) \/ Outcome(p, r, i)
        \/ BeginSoak(p, r, i) \/ EndSoak(p, r, i) \/ Undo(p, r, i)

Trouble == \E p \in Replicas, r \in Releases : Drop(p, r) \/ \E i \in Steps(r) : Silence(p, r, i)

Progress ==
    \/ \E p \in Replicas, r \in Releases : Work(p, r)
    \/ \E m \in net : Arrive(m)

AllEnded == \A r \in Releases : Ended(book[r])

\* With deadlocks checked, Rest says that nothing stops for good before every release has ended.
Rest == AllEnded /\ UNCHANGED vars

Next == Progress \/ Trouble \/ (\E r \in Releases : Cancel(r)) \/ Rest

Spec == Init /\ [][Next]_vars
FairSpec == Spec /\ WF_vars(Progress)

-----------------------------------------------------------------------------
(* What must hold. Where the target is asked, not the journal, a belief is *)
(* compared with the world.                                                *)

\* A step that must happen once happens once, whoever believes what.
AtMostOnce ==
    \A r \in Releases : \A i \in Steps(r) :
        Step(r, i).kind = "verifiable" => world[r][i].times <= 1

\* Going forward, nothing is begun before what it builds on is there.
NoSkip ==
    \A r \in Releases : \A i \in Steps(r) :
        book[r].state = "running" /\ book[r].to[i] # "untouched" =>
            \A before \in Step(r, i).after : IsEffect(r, before) => world[r][before].there

\* Going back, nothing is undone under what builds on it.
UndoInReverse ==
    \A r \in Releases : \A i \in Steps(r) :
        book[r].back[i] # "untouched" => \A later \in Later[r][i] : ~world[r][later].there

\* Rolled back: nothing of it is there, nor ever comes. Completed: all of it is.
NothingLost ==
    \A r \in Releases : \A i \in Steps(r) :
        /\ book[r].state = "rolled-back" => ~world[r][i].there
        /\ book[r].state = "completed" /\ IsEffect(r, i) => world[r][i].there

\* An active release owns all its scopes; a scope has one owner, so no two meet in one.
OneActivePerScope ==
    \A r \in Releases : Active(book[r]) => \A s \in Wants(r) : owner[s] = r

OneOpenIntentPerScope ==
    \A s \in Scopes :
        Cardinality({<<r, i>> \in Releases \X (UNION {Steps(r) : r \in Releases}) :
            i \in Steps(r) /\ Step(r, i).scope = s /\ IsOpen(book[r], i)}) <= 1

\* Nothing ends in doubt, and no target has seen a token that the journal never gave out.
NothingOpenAtTheEnd ==
    /\ \A r \in Releases : Ended(book[r]) => \A i \in Steps(r) : ~IsOpen(book[r], i)
    /\ \A s \in Scopes : last[s] <= token[s]

\* Every attempt's token is greater than any before it in its scope.
TokenMonotone ==
    [][\A r \in Releases : \A i \in Steps(r) :
        book'[r].open[i] \notin {0, book[r].open[i]} =>
            book'[r].open[i] > token[Step(r, i).scope]]_vars

\* Back never becomes forward, and an end is the end.
MonotoneDirection ==
    [][\A r \in Releases :
        /\ book[r].state = "rolling-back" => book'[r].state \in {"rolling-back", "rolled-back"}
        /\ Ended(book[r]) => book'[r] = book[r]]_vars

\* Once a cancel is in the journal no step is begun, and the release does not complete by itself.
CancelWins ==
    [][\A r \in Releases :
        book[r].cancelled =>
            /\ \A i \in Steps(r) :
                book[r].to[i] = "untouched" => book'[r].to[i] = "untouched"
            /\ book'[r].state = "completed" => book'[r].unsoaked \/ Ended(book[r])]_vars

\* With FairSpec: once the bad luck is used up, every release comes to its end.
EveryReleaseEnds == \A r \in Releases : <>Ended(book[r])
=============================================================================
