----------------------------- MODULE Platforms -----------------------------
(***************************************************************************)
(* The releases that the protocol is checked with. A `.cfg` picks one, the *)
(* size of the bad luck, and what is taken away from the design.           *)
(***************************************************************************)
EXTENDS ReleaseProtocol, TLC

Effect(scope, kind, after) == [scope |-> scope, kind |-> kind, after |-> after, fails |-> FALSE]
Soak(scope, after) == [Effect(scope, "soak", after) EXCEPT !.fails = TRUE]
MayFail(step) == [step EXCEPT !.fails = TRUE]

\* A migration, then what needs it, which may fail and leave something behind.
OneScope ==
    << << Effect("a", "verifiable", {}), MayFail(Effect("a", "idempotent", {1})) >> >>

\* Two scopes side by side, then one more step in the first.
TwoScopes ==
    << << Effect("a", "verifiable", {}),
          MayFail(Effect("b", "idempotent", {})),
          Effect("a", "idempotent", {1, 2}) >> >>

\* A release of two scopes that soaks, and a newer one that wants one of them.
Takeover ==
    << << Effect("a", "verifiable", {}), MayFail(Effect("b", "idempotent", {})),
          Soak("a", {1, 2}) >>,
       << Effect("b", "verifiable", {}) >> >>

\* A release of one scope, and a newer one that wants this and another.
Crossing ==
    << << Effect("b", "verifiable", {}) >>,
       << Effect("a", "idempotent", {}), Effect("b", "verifiable", {}) >> >>

\* Three releases that overlap: the third waits for the second, and meets the first.
Queue ==
    << << Effect("a", "verifiable", {}), MayFail(Effect("b", "idempotent", {})),
          Soak("a", {1, 2}) >>,
       << Effect("b", "verifiable", {}), Soak("b", {1}) >>,
       << Effect("a", "idempotent", {}), Effect("b", "verifiable", {1}) >> >>

AnyEngine == Permutations(Replicas)
=============================================================================
