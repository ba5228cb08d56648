/// What makes components hang together that are shipped apart: databases and files that they share,
/// services that are asked past their package, an order that nobody wrote down. Pure: files come
/// from a [SourceTree], are read as text and never run; what is not certain is not found.
@NullMarked
package dev.belay.lint;

import org.jspecify.annotations.NullMarked;
