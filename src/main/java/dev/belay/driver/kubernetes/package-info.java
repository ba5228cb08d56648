/// A Kubernetes cluster: secrets of it, and revisions that run in it.
///
/// ```
/// KubernetesTarget, ServiceRouter ─► ScopeRecord, Scaling, Jobs ─► Cluster ─► Wire
///                                                └─ wait on ─► Mirror ─┘
/// ```
///
/// What an object of ours is made of is in `dev.belay.cluster`; here it is decided when it is
/// written, and what is there is read. `FabricWire` alone knows the client library, which is loaded
/// where an environment lives in a cluster, and nowhere else.
@NullMarked
package dev.belay.driver.kubernetes;

import org.jspecify.annotations.NullMarked;
