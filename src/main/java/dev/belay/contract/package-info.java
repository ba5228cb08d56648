/// What a component promises to those who call it, listen to it or speak to it, as files of
/// OpenAPI, AsyncAPI and Protocol Buffers say it; and whether one such promise still keeps another
/// one.
///
/// Pure: a file is bytes with a name, and who names them decides what may be read. Nothing here
/// opens a file, an address or a class.
@NullMarked
package dev.belay.contract;

import org.jspecify.annotations.NullMarked;
