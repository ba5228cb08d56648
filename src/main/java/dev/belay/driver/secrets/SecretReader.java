package dev.belay.driver.secrets;

import dev.belay.release.SecretReference;

/// One store, opened. Asked by one thread at a time.
public interface SecretReader extends AutoCloseable {
    /// The name of what has to be fetched for a reference: references with the same one are
    /// answered by one fetch.
    String unit(SecretReference what);

    /// Fetches it as it is now.
    ///
    /// @throws SecretFailure when the store has it not or does not give it
    SecretDocument read(SecretReference what);

    /// Sees to what would run out before the store is asked again.
    ///
    /// @throws SecretFailure when it runs out
    default void tend() {}

    /// Gives back what was lent to us, and forgets the rest.
    @Override
    default void close() {}
}
