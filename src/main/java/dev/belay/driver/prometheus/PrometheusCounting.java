package dev.belay.driver.prometheus;

import dev.belay.driver.Answered;
import dev.belay.driver.Counting;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.secrets.Keys;
import dev.belay.release.Prometheus;
import java.util.Optional;
import java.util.function.Function;

/// Counts by what a Prometheus has collected.
public final class PrometheusCounting implements Counting {
    private final Function<String, Keys> keys;

    /// @param keys what opens things, by environment
    public PrometheusCounting(Function<String, Keys> keys) {
        this.keys = keys;
    }

    @Override
    public Counter counter(Prometheus source, Sides of) {
        return new Reader(source, of);
    }

    @Override
    public Optional<Counted.Unread> doubt(Prometheus source, Sides of) {
        try (var talk = talk(source, of)) {
            return new Doubts(source, talk, of).first();
        } catch (PrometheusTalk.Refused e) {
            return Optional.of(new Counted.Unread(e.reason(), e.hint()));
        } catch (SecretFailure e) {
            return Optional.of(new Counted.Unread(e.reason(), e.hint()));
        }
    }

    private PrometheusTalk talk(Prometheus source, Sides of) {
        return new PrometheusTalk(source, keys.apply(of.environment()));
    }

    private final class Reader implements Counter {
        private final Prometheus source;
        private final Sides of;
        private final String expression;
        private final Tally canary;
        private final Tally baseline;
        private long series;

        Reader(Prometheus source, Sides of) {
            this.source = source;
            this.of = of;
            Prometheus.Slow slow = source.slow();
            int bound = slow == null ? 0 : Answered.bin(slow.micros());
            expression = new Expression(source, of).toString();
            canary = new Tally(of.canary().id(), bound);
            baseline = new Tally(of.baseline().id(), bound);
        }

        /// Its connection is for one question: the next may be asked with another token, and
        /// nothing is left open when the rollout ends.
        @Override
        public Counted read() {
            Snapshot now;
            try (var talk = talk(source, of)) {
                now = Snapshot.of(talk.query(expression), talk::masked);
            } catch (PrometheusTalk.Refused e) {
                return new Counted.Unread(e.reason(), e.hint());
            } catch (SecretFailure e) {
                return new Counted.Unread(e.reason(), e.hint());
            } catch (Snapshot.Unfit e) {
                return new Counted.Unread(
                        "Prometheus at `%s`: %s".formatted(source.host(), e.getMessage()),
                        "ask it yourself: " + expression);
            }
            boolean goesOn = canary.take(now.canary());
            goesOn &= baseline.take(now.baseline());
            series += goesOn ? 0 : 1;
            return new Counted.Totals(series, canary.answered(), baseline.answered(), remark());
        }

        private String remark() {
            return canary.remark().isEmpty() ? baseline.remark() : canary.remark();
        }
    }
}
