/// Routers: who sends requests to instances. Our own gateway, over its admin socket.
@NullMarked
package dev.belay.driver.router;

import org.jspecify.annotations.NullMarked;
