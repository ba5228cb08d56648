package dev.belay.gateway.handover;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a successor is told of its predecessor.
///
/// @param table the routing table with its tokens, as the gateway writes it
/// @param addresses where its ports listen
public record Will(String table, List<String> addresses) {
    public Will {
        addresses = List.copyOf(addresses);
    }

    ObjectNode write(String what) {
        ObjectNode json = Line.message(what).put("table", table);
        var listening = json.putArray("addresses");
        addresses.forEach(listening::add);
        return json;
    }

    static Will read(JsonNode json) {
        List<String> addresses = new ArrayList<>();
        json.path("addresses").forEach(address -> addresses.add(address.asString("")));
        return new Will(json.path("table").asString(""), addresses);
    }
}
