/// Backups on storage that speaks S3: a second place for them, in another building.
@NullMarked
package dev.belay.driver.s3;

import org.jspecify.annotations.NullMarked;
