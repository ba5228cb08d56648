/// YAML as a tree with positions: read with limits, nothing constructed from it, merged by the
/// manifest's rules, and the complaints about it. Knows no key of the manifest.
@NullMarked
package dev.belay.manifest.text;

import org.jspecify.annotations.NullMarked;
