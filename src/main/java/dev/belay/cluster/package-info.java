/// What a revision is as objects of a Kubernetes cluster: the same inputs give the same objects, to
/// the byte. Pure: nothing here asks a cluster, a clock or a file.
///
/// Whoever carries them out begins with a [Workload], which is a revision where it is to run; the
/// revision's own `launch.container().pod()` says where that is. Then:
///
/// | To | Call |
/// |---|---|
/// | make instances of a revision | [RevisionObjects#settings], [RevisionObjects#secret] (with values), [RevisionObjects#deployment] |
/// | let their number follow their load | [RevisionObjects#autoscaler]; delete it to freeze the number |
/// | run a job, or a migration's command | [Jobs#job], by a name of the caller's |
/// | run something by the clock | [Jobs#scheduled] |
/// | make what a component has besides its revisions | [Components#account], [Components#policy], [Components#budget] |
/// | give a component its traffic | [Routes]: a Service whose selector names a revision, or takes all instances ([Audience]); an HTTPRoute with weights between the Services of revisions |
/// | let the world in | [Routes#ingress], [Routes#certificate] |
/// | find them again | [Labels], [ObjectName] |
///
/// An object ([ClusterObject]) is applied as it is, by its `json()`; whoever applies it adds what
/// belongs to the order and not to the object ([ClusterObject#annotated]). Which API versions and
/// fields are used follows from a [ClusterVersion]. Values of secrets come in by one method, and no
/// text of any object shows them but its `json()`.
@NullMarked
package dev.belay.cluster;

import org.jspecify.annotations.NullMarked;
