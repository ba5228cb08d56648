package dev.belay.problem;

/// Where a problem is: in a line of a file that can be shown, or in something without lines such as
/// a flag or a request.
public sealed interface Place {
    /// In a file; `text` is the whole line, for showing it with a caret below.
    record Line(Span span, String text) implements Place {}

    /// In a thing that is named in words: ``"flag `--only`"``.
    record Named(String what) implements Place {}
}
