package dev.belay.server.access;

import io.javalin.http.Handler;

/// Where endpoints are registered. Each is looked up in [Access]; what it needs has been asked for
/// when its handler runs.
public interface Routes {
    /// Adds one.
    ///
    /// @param method as `GET`
    /// @param path as `/api/v1/releases/{id}`
    /// @throws IllegalStateException when the table does not say what it needs
    void add(String method, String path, Handler handler);

    default void get(String path, Handler handler) {
        add("GET", path, handler);
    }

    default void post(String path, Handler handler) {
        add("POST", path, handler);
    }

    default void put(String path, Handler handler) {
        add("PUT", path, handler);
    }
}
