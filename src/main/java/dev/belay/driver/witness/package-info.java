/// Places elsewhere that keep checkpoints of the audit log, where whoever rules this machine cannot
/// take them back: a file, a Git repository, a syslog, a web hook.
@NullMarked
package dev.belay.driver.witness;

import org.jspecify.annotations.NullMarked;
