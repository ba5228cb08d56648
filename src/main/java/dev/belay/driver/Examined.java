package dev.belay.driver;

/// What a command answered that was run beside an instance, where that runs.
///
/// @param status [#NOT_ENDED] when it did not end in time
/// @param output what it wrote, as far as anybody keeps it
public record Examined(int status, String output) {
    public static final int NOT_ENDED = -1;
}
