/// Redis, as far as backups need it: a client, scratch servers, copies that stand still, and what
/// their keys add up to.
@NullMarked
package dev.belay.driver.redis;

import org.jspecify.annotations.NullMarked;
