/// Source code as words, texts and signs, without comments: enough to find what a file names, in
/// several languages, and far from understanding any. Takes time in proportion to the text, and
/// goes on past what is malformed.
@NullMarked
package dev.belay.lint.code;

import org.jspecify.annotations.NullMarked;
