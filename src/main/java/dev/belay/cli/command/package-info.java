/// The commands, one class each: what they take, what they ask of the control plane, what they
/// print.
@NullMarked
package dev.belay.cli.command;

import org.jspecify.annotations.NullMarked;
