/// The datastores of a developer's machine: PostgreSQL, Redis, NATS and ClickHouse as plain
/// unprivileged processes under one folder. Starts only what the machine's packages installed, each
/// on the port of its address and on the loopback only, and never touches a server that it did not
/// start. Start at [LocalDatastores].
@NullMarked
package dev.belay.driver.datastore;

import org.jspecify.annotations.NullMarked;
