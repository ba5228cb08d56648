/// Who comes: the owner by the file that only he can read, everybody else by a token of their own;
/// and how people are added, given roles, and taken out again.
@NullMarked
package dev.belay.server.people;

import org.jspecify.annotations.NullMarked;
