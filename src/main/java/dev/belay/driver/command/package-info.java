/// A target and a router that are nothing but commands of the components: what they are told, what
/// they may answer, and what is believed of it.
@NullMarked
package dev.belay.driver.command;

import org.jspecify.annotations.NullMarked;
