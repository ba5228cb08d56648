package dev.belay.server.operations;

/// Something that whoever looks at an environment should know.
///
/// @param about a word, as `promotion`
/// @param text a sentence
/// @param wrong whether somebody has to do something
public record Notice(String about, String text, boolean wrong) {}
