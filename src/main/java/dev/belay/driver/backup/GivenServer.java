package dev.belay.driver.backup;

import dev.belay.release.Boundary;

/// The server that somebody named for copies to be made on, in place of one that is started for
/// them here, and for what they are made. Its text holds no password.
///
/// @param address whole; empty where none is named
/// @param living the address of what is copied
/// @param owner by which this control plane knows its copies there from those of others
/// @param environment for which
/// @param datastore of which
/// @param why as `backup`, `drill` or `rehearsal`
/// @param log is told of each copy
public record GivenServer(
        String address,
        String living,
        String owner,
        String environment,
        String datastore,
        String why,
        Boundary boundary,
        CopyLog log) {
    /// None is named.
    public static final GivenServer NONE =
            new GivenServer("", "", "", "", "", "", Boundary.NONE, CopyLog.NONE);

    public boolean isNamed() {
        return !address.isEmpty();
    }

    /// One of its copies.
    public CopyLog.Copy copy(String server, String database) {
        return new CopyLog.Copy(environment, datastore, server, database, why);
    }

    @Override
    public String toString() {
        return "server for the " + why + " of " + datastore + " in " + environment;
    }
}
