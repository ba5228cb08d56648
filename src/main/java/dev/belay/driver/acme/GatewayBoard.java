package dev.belay.driver.acme;

import dev.belay.gateway.GatewayClient;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// Lets the gateway answer: it is what listens where an authority looks.
public final class GatewayBoard implements ChallengeBoard {
    private final GatewayClient gateway;

    public GatewayBoard(GatewayClient gateway) {
        this.gateway = gateway;
    }

    @Override
    public void show(Collection<ChallengeAnswer> answers) throws IOException {
        Map<String, String> texts = new HashMap<>();
        Map<String, GatewayClient.Proof> proofs = new HashMap<>();
        for (ChallengeAnswer answer : answers) {
            switch (answer) {
                case ChallengeAnswer.Http(String token, String text) -> texts.put(token, text);
                case ChallengeAnswer.Alpn(String host, String certificate, String key) ->
                        proofs.put(host, new GatewayClient.Proof(certificate, key));
            }
        }
        gateway.challenges(texts, proofs);
    }
}
