package dev.belay.journal;

import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;

/// A few read-only connections. Readers see what was committed before they began and never wait for
/// the writer.
final class Readers implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 4;

    private final Opener opener;
    private final Disk disk;
    private final Semaphore permits = new Semaphore(CONNECTIONS_MAX);
    private final ConcurrentLinkedDeque<Session> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    Readers(Opener opener, Disk disk) {
        this.opener = opener;
        this.disk = disk;
    }

    interface Opener {
        Session open() throws SQLException;
    }

    interface Query<T> {
        T run(Session session) throws SQLException;
    }

    <T> T read(Query<T> query) {
        permits.acquireUninterruptibly();
        try {
            if (closed) {
                throw disk.closed();
            }
            Session session = idle.poll();
            if (session == null) {
                session = opener.open();
            }
            try {
                T answer = query.run(session);
                idle.push(session);
                return answer;
            } catch (SQLException | RuntimeException e) {
                // Its next answer could be wrong, too.
                session.close();
                throw e;
            }
        } catch (SQLException e) {
            throw disk.explain(e);
        } finally {
            permits.release();
        }
    }

    /// Waits for readers to finish.
    @Override
    public void close() throws SQLException {
        permits.acquireUninterruptibly(CONNECTIONS_MAX);
        try {
            closed = true;
            for (Session session = idle.poll(); session != null; session = idle.poll()) {
                session.close();
            }
        } finally {
            permits.release(CONNECTIONS_MAX);
        }
    }
}
