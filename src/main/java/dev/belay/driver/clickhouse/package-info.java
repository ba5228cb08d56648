/// ClickHouse, as far as backups need it, over its HTTP interface: one database of one server.
///
/// There is no snapshot of several tables. What stands still is the set of parts of one table that
/// two queries which are begun together see; see [dev.belay.driver.clickhouse.TableExport].
@NullMarked
package dev.belay.driver.clickhouse;

import org.jspecify.annotations.NullMarked;
