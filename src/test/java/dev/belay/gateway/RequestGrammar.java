package dev.belay.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/// Makes requests of harmless parts and of doubtful ones, which `differences/grammar.txt` lists.
final class RequestGrammar {
    /// Where a part stands in a request, in order.
    private enum Place {
        BEFORE,
        METHOD,
        GAP,
        TARGET,
        VERSION,
        HOST,
        FIELD,
        CONNECTION,
        BODY
    }

    /// @param name how it is written in the file, without which nobody finds it again
    private record Part(Place place, String name, String bytes) {}

    /// @param number which its requests carry, as `X-Number: NUMBER.N`
    /// @param doubts the names of its doubtful parts
    /// @param requests how many it is without them
    record Message(String number, String bytes, List<String> doubts, int requests) {}

    private static final int REQUESTS_MAX = 3;
    private static final int DOUBTS_MAX = 2;

    private final Map<Place, List<Part>> harmless = new EnumMap<>(Place.class);
    private final List<Part> doubtful = new ArrayList<>();

    RequestGrammar() throws IOException {
        for (String line : Files.readAllLines(Corpus.FOLDER.resolve("differences/grammar.txt"))) {
            if (line.startsWith("= ") || line.startsWith("? ")) {
                String[] words = line.split(" ", 3);
                Place place = Place.valueOf(words[1].toUpperCase(Locale.ROOT));
                var part = new Part(place, line.substring(2), Corpus.unescaped(words[2]));
                if (line.startsWith("?")) {
                    doubtful.add(part);
                } else {
                    harmless.computeIfAbsent(place, _ -> new ArrayList<>()).add(part);
                }
            }
        }
    }

    /// Each doubtful part alone, with each method, and then as many messages at random as asked
    /// for.
    List<Message> messages(Random random, int more) {
        var all = new ArrayList<Message>();
        for (Part method : harmless.getOrDefault(Place.METHOD, List.of())) {
            for (Part part : doubtful) {
                all.add(message(random, all.size(), 1, List.of(method, part)));
            }
        }
        for (int i = 0; i < more; i++) {
            var doubts = new ArrayList<Part>();
            for (int doubt = random.nextInt(DOUBTS_MAX + 1); doubt > 0; doubt--) {
                doubts.add(doubtful.get(random.nextInt(doubtful.size())));
            }
            int requests = 1 + random.nextInt(REQUESTS_MAX);
            all.add(message(random, all.size(), requests, doubts));
        }
        return all;
    }

    private Message message(Random random, int number, int requests, List<Part> doubts) {
        List<Map<Place, Part>> parts = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            Map<Place, Part> chosen = new HashMap<>();
            harmless.forEach(
                    (place, some) -> chosen.put(place, some.get(random.nextInt(some.size()))));
            parts.add(chosen);
        }
        // Into different places, or the second would take the first one's.
        doubts.forEach(doubt -> parts.get(random.nextInt(requests)).put(doubt.place(), doubt));
        var bytes = new StringBuilder();
        for (int i = 0; i < requests; i++) {
            append(bytes, parts.get(i), random.nextBoolean(), number + "." + i);
        }
        List<String> left =
                parts.stream()
                        .flatMap(chosen -> chosen.values().stream())
                        .filter(doubtful::contains)
                        .map(Part::name)
                        .sorted()
                        .toList();
        return new Message(Integer.toString(number), bytes.toString(), left, requests);
    }

    /// @param early whether a doubtful gap is the first of the two
    private static void append(
            StringBuilder to, Map<Place, Part> parts, boolean early, String number) {
        String gap = bytes(parts, Place.GAP);
        to.append(bytes(parts, Place.BEFORE))
                .append(bytes(parts, Place.METHOD))
                .append(early ? gap : " ")
                .append(bytes(parts, Place.TARGET))
                .append(early ? " " : gap)
                .append(bytes(parts, Place.VERSION))
                .append("\r\n");
        line(to, bytes(parts, Place.HOST));
        line(to, "X-Number: " + number);
        line(to, bytes(parts, Place.FIELD));
        line(to, bytes(parts, Place.CONNECTION));
        to.append(bytes(parts, Place.BODY));
    }

    private static String bytes(Map<Place, Part> parts, Place place) {
        Part part = parts.get(place);
        if (part == null) {
            throw new IllegalStateException("nothing harmless for " + place);
        }
        return part.bytes();
    }

    private static void line(StringBuilder to, String bytes) {
        if (!bytes.isEmpty()) {
            to.append(bytes).append("\r\n");
        }
    }
}
