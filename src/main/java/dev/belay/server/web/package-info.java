/// The status page: server-rendered, every foreign text escaped, no script inside.
@NullMarked
package dev.belay.server.web;

import org.jspecify.annotations.NullMarked;
