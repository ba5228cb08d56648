/// Who may do what where, as values: roles, grants, people, their tokens, and what follows of them.
/// Decides and remembers nothing; time is a parameter.
@NullMarked
package dev.belay.release.people;

import org.jspecify.annotations.NullMarked;
