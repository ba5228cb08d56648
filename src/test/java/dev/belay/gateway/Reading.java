package dev.belay.gateway;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What a member got of the bytes that a proxy was sent.
///
/// @param number of the message
/// @param with who said what to the member, by connection
/// @param answers what the client got: statuses, and `#N` behind one of the member's Nth answer
record Reading(String number, List<RecordingMember.Conversation> with, String answers) {
    /// How two proxies differ, seen from the first.
    enum Difference {
        /// Passes less.
        STRICTER,
        /// Passes more.
        LAXER,
        /// Passes another request.
        OTHERWISE,
        /// Passes the same requests with other fields.
        FIELDS
    }

    private static final String LAST = " /last/";

    /// Fields between neighbours, those that proxies write themselves, and those compared
    /// otherwise.
    private static final Set<String> OF_THE_WAY =
            Set.of(
                    "connection",
                    "content-length",
                    "forwarded",
                    "host",
                    "keep-alive",
                    "proxy-connection",
                    "te",
                    "transfer-encoding",
                    "upgrade",
                    "via",
                    "x-forwarded-for",
                    "x-forwarded-host",
                    "x-forwarded-proto");

    /// The requests, in order.
    List<RawMessage> arrived() {
        return with.stream()
                .flatMap(one -> one.whole.stream())
                .sorted(Comparator.comparingInt(RecordingMember.Arrival::number))
                .map(RecordingMember.Arrival::message)
                .toList();
    }

    /// Those of this message. Vert.x goes on with what a client sent after that one has gone, and
    /// while the next message is under way.
    List<RawMessage> whole() {
        return arrived().stream().filter(this::ownOrUnknown).toList();
    }

    private boolean ownOrUnknown(RawMessage one) {
        String start = one.start();
        int last = start.indexOf(LAST);
        if (last >= 0) {
            return start.startsWith(number + " ", last + LAST.length());
        }
        return RawMessage.values(one.fields(), "x-number").stream()
                .allMatch(value -> value.startsWith(number + "."));
    }

    /// What else came, and is no whole request.
    List<String> rests() {
        return with.stream()
                .map(RecordingMember.Conversation::rest)
                .filter(rest -> !rest.isEmpty())
                .toList();
    }

    Set<Difference> comparedWith(Reading other) {
        Set<Difference> found = EnumSet.noneOf(Difference.class);
        List<RawMessage> whole = whole();
        List<RawMessage> others = other.whole();
        int both = Math.min(whole.size(), others.size());
        for (int i = 0; i < both; i++) {
            RawMessage ours = whole.get(i);
            RawMessage theirs = others.get(i);
            if (!core(ours).equals(core(theirs))) {
                found.add(Difference.OTHERWISE);
                return found;
            }
            if (!fields(ours).equals(fields(theirs))) {
                found.add(Difference.FIELDS);
            }
        }
        if (whole.size() > both) {
            found.add(Difference.LAXER);
        } else if (others.size() > both || other.unreadable()) {
            found.add(Difference.STRICTER);
        }
        return found;
    }

    /// Whether something reached the member that is not even the beginning of a request.
    boolean unreadable() {
        return rests().stream().anyMatch(rest -> !begins(rest));
    }

    private static boolean begins(String rest) {
        try {
            RawMessage.read(new ByteArrayInputStream(RawMessage.bytes(rest)), false);
            return true;
        } catch (EOFException _) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// What a member acts on: method and target, host, body.
    static List<String> core(RawMessage message) {
        String start = message.start();
        String host = String.join("\n", RawMessage.values(message.fields(), "host"));
        return List.of(start.substring(0, start.lastIndexOf(' ')), host, message.body());
    }

    private static Map<String, List<String>> fields(RawMessage message) {
        Map<String, List<String>> fields = new TreeMap<>();
        for (String name :
                new HashSet<>(message.fields().stream().map(RawMessage::name).toList())) {
            if (!OF_THE_WAY.contains(name)) {
                fields.put(name, RawMessage.values(message.fields(), name));
            }
        }
        return fields;
    }

    @Override
    public String toString() {
        return answers
                + " "
                + whole().stream().map(one -> core(one) + "" + fields(one)).toList()
                + (rests().isEmpty() ? "" : " and then " + rests());
    }
}
