/// Several targets and routers as one: each order goes to where its revision lives.
@NullMarked
package dev.belay.driver.place;

import org.jspecify.annotations.NullMarked;
