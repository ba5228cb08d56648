package dev.belay.gateway;

/// A port that components of one environment share; which of them a request is for, their lines'
/// [Match]es say. No thing of its own in the table: every line brings the whole of each entrance
/// that it uses, and where two lines of an environment differ about the one of a name, the line
/// that was published last decides for both.
///
/// @param name unique within the environment
public record Entrance(String name, int port) {}
