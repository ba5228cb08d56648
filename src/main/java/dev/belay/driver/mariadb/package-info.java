/// MariaDB, as far as backups need it: one database of a server is backed up, proven in a server of
/// its own, and put back.
///
/// What stands still is one transaction that only reads. **It begins after every table is held
/// against changes of its shape:** a transaction that began before a table was altered finds that
/// table empty.
@NullMarked
package dev.belay.driver.mariadb;

import org.jspecify.annotations.NullMarked;
