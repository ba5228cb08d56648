package dev.belay.plan;

import dev.belay.Choices;
import dev.belay.manifest.Strategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Platforms and what runs of them, made of choices.
final class PlatformsAtRandom {
    private static final List<String> NAMES = List.of("api", "web", "mail", "pay", "seek", "view");

    private PlatformsAtRandom() {}

    static Platform platform(Choices choices) {
        var parts = new ArrayList<Platform.Part>();
        int size = choices.between(1, NAMES.size());
        for (int i = 0; i < size; i++) {
            parts.add(part(choices, i));
        }
        var platform = Platform.of(parts);
        if (choices.chance(50)) {
            platform.soak(Duration.ofHours(choices.between(1, 48)));
        }
        if (choices.chance(20)) {
            platform.trafficTogether();
        }
        if (choices.chance(30)) {
            platform.order(order(choices, size));
        }
        if (choices.chance(30)) {
            parts.stream()
                    .filter(part -> part.routed())
                    .findFirst()
                    .ifPresent(part -> platform.testedThrough(part.name));
        }
        return platform;
    }

    /// Only on names before it, so that nothing goes in a circle.
    private static Platform.Part part(Choices choices, int index) {
        String name = NAMES.get(index);
        var part =
                switch (choices.between(1, 8)) {
                    case 1 -> Platform.frontend(name);
                    case 2 -> Platform.worker(name);
                    case 3 -> Platform.job(name);
                    default -> Platform.service(name);
                };
        part.instances(choices.between(0, 4)).port(3000 + index);
        part.strategy(
                choices.oneOf(List.of(Strategy.BLUE_GREEN, Strategy.ROLLING, Strategy.RECREATE)));
        if (index > 0 && choices.chance(40)) {
            part.after(NAMES.get(choices.between(0, index - 1)));
        }
        if (choices.chance(40)) {
            part.uses("postgres", choices.oneOf(List.of("redis", "nats")));
        }
        if (choices.chance(50)) {
            part.smoke("ping");
        }
        if (choices.chance(50)) {
            part.probe("./done");
        }
        return part;
    }

    /// Consecutive stretches, so that no `after` contradicts it; the last may be unnamed.
    private static List<List<String>> order(Choices choices, int size) {
        var order = new ArrayList<List<String>>();
        int at = 0;
        while (at < size) {
            int end = Math.min(size, at + choices.between(1, 3));
            if (end < size || choices.chance(50)) {
                order.add(NAMES.subList(at, end));
            }
            at = end;
        }
        return order;
    }

    /// Nothing, or what some releases left: soaked or soaking, with instances missing, or left
    /// over.
    static Inventory inventory(Choices choices, Platform platform) {
        Inventory inventory = Inventory.empty("local");
        int releases = choices.between(0, 3);
        for (int i = 0; i < releases; i++) {
            var planned = Planned.plan(platform).as("r" + i);
            inventory = disturbed(choices, planned.on(inventory).carriedOut("r" + i), inventory);
        }
        return inventory;
    }

    private static Inventory disturbed(Choices choices, Inventory after, Inventory before) {
        Map<String, Inventory.Component> components = new LinkedHashMap<>();
        after.components()
                .forEach((name, component) -> {
                    var running = new HashMap<>(component.running());
                    var history = new ArrayList<>(component.history());
                    var old = before.components().get(name);
                    if (old != null && choices.chance(30)) {
                        old.running().forEach(running::putIfAbsent);
                    }
                    if (choices.chance(40)) {
                        var latest = history.removeFirst();
                        history.addFirst(
                                new Inventory.Past(latest.deployment(), false, latest.release()));
                    }
                    if (choices.chance(20)) {
                        running.replaceAll((_, count) -> choices.between(0, count + 1));
                    }
                    if (choices.chance(10)) {
                        running.put(name + "-stranger", 1);
                    }
                    components.put(name, new Inventory.Component(history, running));
                });
        return new Inventory(after.environment(), components);
    }
}
