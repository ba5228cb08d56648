/// SQLite, as far as backups need it: one database is one file, which other processes have open.
///
/// **Never read such a file by other means than SQLite's own while a connection of this process is
/// open:** the locks of a process on a file end when it closes any descriptor of it.
@NullMarked
package dev.belay.driver.sqlite;

import org.jspecify.annotations.NullMarked;
