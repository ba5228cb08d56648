package dev.belay.gateway;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Something for each of some ports. Never changes: with another at one port it is another one,
/// which shares with this one all but that port's page. A request finds its port by two reads.
///
/// @param <T> what a port has
// Whether it is the same thing is what is asked, not whether it is equal.
@SuppressWarnings("ReferenceEquality")
final class PortMap<T> {
    private static final int PAGE_BITS = 8;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final @Nullable Object[] BLANK = new @Nullable Object[PAGE];

    private final @Nullable Object[][] pages;

    private PortMap(@Nullable Object[][] pages) {
        this.pages = pages;
    }

    static <T> PortMap<T> empty() {
        var pages = new @Nullable Object[PAGE][];
        Arrays.fill(pages, BLANK);
        return new PortMap<>(pages);
    }

    @SuppressWarnings("unchecked") // Only with puts something in.
    @Nullable T at(int port) {
        return (T) pages[port >>> PAGE_BITS][port & (PAGE - 1)];
    }

    /// @param what null for nothing
    PortMap<T> with(int port, @Nullable T what) {
        if (at(port) == what) {
            return this;
        }
        @Nullable Object[][] copy = pages.clone();
        @Nullable Object[] page = pages[port >>> PAGE_BITS].clone();
        page[port & (PAGE - 1)] = what;
        copy[port >>> PAGE_BITS] = page;
        return new PortMap<>(copy);
    }

    /// Each port that has something.
    void each(IntConsumer action) {
        PortMap<T> nothing = empty();
        eachUnlike(nothing, action);
    }

    /// Each port at which this one has something that the other one has not. Costs as little as
    /// they differ.
    void eachUnlike(PortMap<T> other, IntConsumer action) {
        for (int i = 0; i < PAGE; i++) {
            @Nullable Object[] here = pages[i];
            @Nullable Object[] there = other.pages[i];
            for (int j = 0; here != there && j < PAGE; j++) {
                if (here[j] != null && here[j] != there[j]) {
                    action.accept((i << PAGE_BITS) + j);
                }
            }
        }
    }
}
