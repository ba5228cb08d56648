package dev.belay.server.people;

import java.util.List;

/// Who asks, as he is known here.
///
/// @param token the name of his token, or `""` for the owner's file
/// @param roles what he has
/// @param scopes what his token is narrowed to; empty is nothing less
/// @param expiresAt when his token does, 0 for never
public record SelfView(
        String name, String token, List<String> roles, List<String> scopes, long expiresAt) {}
