package dev.belay.driver.haproxy;

import dev.belay.driver.host.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Brings processes to where one line is, by commands: those that join are there and well first,
/// then requests go elsewhere, all at once, and then those that leave get no more.
///
/// @param key of the line
record Change(String key, Entry entry, Line line) {
    void bring(List<Worker> workers, Deadline deadline) throws IOException {
        Worker current = workers.getFirst();
        join(current, deadline);
        exchange(current);
        leave(current);
        for (Worker ending : workers.subList(1, workers.size())) {
            try {
                // It accepts nobody, but who is connected to it may ask once more.
                join(ending, Deadline.in(Duration.ZERO));
                exchange(ending);
                leave(ending);
            } catch (IOException _) {
                // It has ended meanwhile, or began before there was such a line.
            }
        }
    }

    private void join(Worker worker, Deadline deadline) throws IOException {
        Map<String, Worker.Server> there = servers(worker);
        List<String> joining = new ArrayList<>();
        for (Line.Share share : line.shares()) {
            String backend = Configuration.backend(key, share.slot());
            for (Line.Member member : share.members()) {
                String name = backend + "/" + member.server();
                Worker.Server present = there.get(name);
                if (present == null) {
                    worker.add(backend, member);
                    joining.add(name);
                } else if (!present.takesPart()) {
                    worker.weigh(backend, member.server(), 0);
                    worker.ready(backend, member.server());
                    joining.add(name);
                }
            }
        }
        if (!joining.isEmpty()) {
            awaitWell(worker, joining, deadline);
            for (String name : joining) {
                int slash = name.indexOf('/');
                worker.weigh(name.substring(0, slash), name.substring(slash + 1), 1);
            }
        }
    }

    /// They have answered HAProxy's own question, or time is over: then they are joined as they
    /// are, and get nothing while they do not answer.
    private void awaitWell(Worker worker, List<String> joining, Deadline deadline)
            throws IOException {
        var failure = new ArrayList<IOException>();
        deadline.await(() -> {
            try {
                Map<String, Worker.Server> now = servers(worker);
                return joining.stream().allMatch(name -> isWell(now, name));
            } catch (IOException e) {
                failure.add(e);
                return true;
            }
        });
        if (!failure.isEmpty()) {
            throw failure.getFirst();
        }
    }

    private static boolean isWell(Map<String, Worker.Server> now, String name) {
        Worker.Server server = now.get(name);
        return server != null && server.isWell();
    }

    private void exchange(Worker worker) throws IOException {
        var wanted = Configuration.rows(key, entry);
        if (!worker.map(Configuration.map(key)).equals(wanted)) {
            worker.exchange(Configuration.map(key), wanted);
        }
    }

    private void leave(Worker worker) throws IOException {
        Set<String> staying = new HashSet<>();
        for (Line.Share share : line.shares()) {
            String backend = Configuration.backend(key, share.slot());
            share.members().forEach(one -> staying.add(backend + "/" + one.server()));
        }
        for (Map.Entry<String, Worker.Server> one : servers(worker).entrySet()) {
            Worker.Server server = one.getValue();
            if (!staying.contains(one.getKey())) {
                if (server.takesPart()) {
                    worker.drain(server.backend(), server.name());
                } else if (server.sessions() == 0) {
                    worker.remove(server.backend(), server.name());
                }
            }
        }
    }

    private Map<String, Worker.Server> servers(Worker worker) throws IOException {
        var all = new HashMap<String, Worker.Server>();
        for (Worker.Server server : worker.servers(key)) {
            all.put(server.backend() + "/" + server.name(), server);
        }
        return all;
    }
}
