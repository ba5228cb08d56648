/// First manifests: what is found in a folder, in a Compose file or in a Procfile, as the text of a
/// manifest with comments that say what was guessed. Reads files, writes none, runs nothing.
@NullMarked
package dev.belay.manifest.draft;

import org.jspecify.annotations.NullMarked;
