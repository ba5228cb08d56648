package dev.belay.gateway.handover;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a successor is told of its predecessor.
///
/// @param table the routing table with its tokens, as the gateway writes it
/// @param addresses where its ports listen
/// @param challenges what authorities must find, as the gateway writes it: keys are in it, which
///   are good for nothing else
public record Will(String table, List<String> addresses, String challenges) {
    public Will {
        addresses = List.copyOf(addresses);
    }

    /// Without the keys.
    @Override
    public String toString() {
        return table;
    }

    ObjectNode write(String what) {
        ObjectNode json = Line.message(what).put("table", table).put("challenges", challenges);
        var listening = json.putArray("addresses");
        addresses.forEach(listening::add);
        return json;
    }

    static Will read(JsonNode json) {
        List<String> addresses = new ArrayList<>();
        json.path("addresses").forEach(address -> addresses.add(address.asString("")));
        return new Will(
                json.path("table").asString(""), addresses, json.path("challenges").asString("{}"));
    }
}
