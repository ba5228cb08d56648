/// Programs as plain processes of this host, without an agent.
///
/// ```
/// control plane ──starts──► launcher ──starts──► the program
///                              │ writes claim (pid, start time) and exit
///                              └── RUN FOLDER ──┘
/// ```
///
/// Nothing here is believed because it was remembered: whether a program lives is asked of `/proc`,
/// by pid, start time and boot. Programs outlive the control plane and are found again.
@NullMarked
package dev.belay.driver.process;

import org.jspecify.annotations.NullMarked;
