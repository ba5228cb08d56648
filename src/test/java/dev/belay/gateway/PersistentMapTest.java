package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PersistentMapTest {
    /// A key of which others may have the hash, and nearly all of them its first bits.
    private record Key(int number) {
        @Override
        public int hashCode() {
            return switch (number % 3) {
                case 0 -> number / 9;
                case 1 -> (number / 9) << 27;
                default -> number * 0x9E3779B9;
            };
        }
    }

    @Test
    void a_map_is_as_one_that_is_written_over_and_those_before_it_stay() {
        Choices.forAll(
                300,
                choices -> {
                    PersistentMap<Key, Integer> map = PersistentMap.empty();
                    var model = new HashMap<Key, Integer>();
                    int keys = choices.between(1, 120);
                    for (int i = choices.between(1, 300); i > 0; i--) {
                        PersistentMap<Key, Integer> before = map;
                        Map<Key, Integer> unchanged = Map.copyOf(model);
                        var key = new Key(choices.between(0, keys));
                        if (choices.chance(60)) {
                            map = map.with(key, i);
                            model.put(key, i);
                        } else {
                            map = map.without(key);
                            model.remove(key);
                        }
                        assertSame(map, model, keys);
                        assertSame(before, unchanged, keys);
                    }
                    assertSame(PersistentMap.copyOf(model), model, keys);
                });
    }

    private static void assertSame(
            PersistentMap<Key, Integer> map, Map<Key, Integer> model, int keys) {
        assertThat(map.size()).isEqualTo(model.size());
        assertThat(new HashMap<>(map)).isEqualTo(model);
        for (int i = 0; i <= keys; i++) {
            assertThat(map.get(new Key(i))).isEqualTo(model.get(new Key(i)));
            assertThat(map.containsKey(new Key(i))).isEqualTo(model.containsKey(new Key(i)));
        }
    }

    @Test
    void a_map_of_ports_is_as_one_that_is_written_over_and_knows_how_two_differ() {
        Choices.forAll(
                300,
                choices -> {
                    PortMap<String> map = PortMap.empty();
                    var model = new HashMap<Integer, String>();
                    PortMap<String> old = map;
                    Map<Integer, String> oldModel = Map.of();
                    for (int i = choices.between(1, 60); i > 0; i--) {
                        int port = choices.between(0, 40) * choices.between(1, 1_600);
                        String what = choices.chance(70) ? "at " + i : null;
                        map = map.with(port, what);
                        if (what == null) {
                            model.remove(port);
                        } else {
                            model.put(port, what);
                        }
                        if (choices.chance(10)) {
                            old = map;
                            oldModel = Map.copyOf(model);
                        }
                    }
                    var ports = new TreeSet<Integer>();
                    map.each(ports::add);
                    assertThat(ports).isEqualTo(new TreeSet<>(model.keySet()));
                    for (int port : ports) {
                        assertThat(map.at(port)).isEqualTo(model.get(port));
                    }
                    var unlike = new TreeSet<Integer>();
                    map.eachUnlike(old, unlike::add);
                    Map<Integer, String> before = oldModel;
                    ports.removeIf(port -> Objects.equals(model.get(port), before.get(port)));
                    assertThat(unlike).isEqualTo(ports);
                });
    }
}
