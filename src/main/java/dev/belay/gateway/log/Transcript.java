package dev.belay.gateway.log;

import dev.belay.gateway.trace.Span;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// What happened to one request: made when its head has come, filled in on its way, and told once,
/// at its end. Used on one event loop alone. It holds what is at hand anyway, so that a request
/// that nobody watches costs no more than this object.
public final class Transcript {
    /// How it came to its end.
    public enum Ending {
        /// The whole answer is with the client, or on its way.
        COMPLETE("complete"),
        /// It was not looked at any further: it broke a rule, or nobody could take it.
        REFUSED("refused"),
        /// A member was asked, and the gateway had to answer for it.
        FAILED("failed"),
        /// The client did not wait.
        CLIENT_LEFT("client-left"),
        /// The answer began and could not be brought to its end.
        CUT("cut"),
        /// It became a WebSocket or the like, which has ended.
        TUNNEL("tunnel");

        private final String word;

        Ending(String word) {
            this.word = word;
        }

        /// As it is written down.
        public String word() {
            return word;
        }
    }

    private final HttpRequest request;
    private final InetSocketAddress client;
    private final int port;
    private final String protocol;
    private long started = System.nanoTime();
    private long waited;
    private String environment = "";
    private String component = "";
    private String revision = "";
    private String member = "";
    private int retries;
    private int status;
    private long received;
    private long sent;
    private long head = -1;
    private long ended;
    private Ending ending = Ending.CLIENT_LEFT;
    private String why = "";
    private Span.@Nullable Begun span;

    /// @param client the other end of the connection
    /// @param port the stable port that it came to
    /// @param protocol as `HTTP/1.1`
    public Transcript(HttpRequest request, InetSocketAddress client, int port, String protocol) {
        this.request = request;
        this.client = client;
        this.port = port;
        this.protocol = protocol;
    }

    // --- filled in on the way -------------------------------------------------------------------

    /// It has waited for its component to open, and begins only now: that time is nobody's who
    /// answers it.
    public void released() {
        long now = System.nanoTime();
        waited += now - started;
        started = now;
    }

    /// Which line of the routing table it meets.
    public void routed(String toEnvironment, String toComponent) {
        environment = toEnvironment;
        component = toComponent;
    }

    /// Who is asked; once more when another has to be.
    public void asked(String ofRevision, String itsMember) {
        revision = ofRevision;
        member = itsMember;
    }

    /// It is given to a member once more.
    public void retried() {
        retries++;
    }

    /// So many bytes of its body came.
    public void received(long bytes) {
        received += bytes;
    }

    /// So many bytes of the answer's body went out.
    public void sent(long bytes) {
        sent += bytes;
    }

    /// The final answer's head is there.
    ///
    /// @return how long that took, in nanoseconds
    public long answered(int withStatus) {
        status = withStatus;
        head = System.nanoTime() - started;
        return head;
    }

    /// It is sampled: this is its place in a trace.
    public void traced(Span.Begun as) {
        span = as;
    }

    /// Why it does not end well; a sentence.
    public void because(String sentence) {
        why = sentence;
    }

    /// It is over. Only [#ending] after the last of these counts.
    public void end(Ending how) {
        ending = how;
        ended = System.nanoTime();
    }

    // --- read at the end ------------------------------------------------------------------------

    public HttpRequest request() {
        return request;
    }

    public InetSocketAddress client() {
        return client;
    }

    public int port() {
        return port;
    }

    public String protocol() {
        return protocol;
    }

    public String environment() {
        return environment;
    }

    public String component() {
        return component;
    }

    public String revision() {
        return revision;
    }

    public String member() {
        return member;
    }

    public int retries() {
        return retries;
    }

    /// 0 when there was no answer.
    public int status() {
        return status;
    }

    public long received() {
        return received;
    }

    public long sent() {
        return sent;
    }

    /// From the request's head to the answer's, -1 when there was none.
    public long headNanos() {
        return head;
    }

    /// How long it waited before it began.
    public long waitedNanos() {
        return waited;
    }

    /// From the request's head to the end.
    public long totalNanos() {
        return ended - started;
    }

    /// By the clock of [System#nanoTime].
    public long started() {
        return started;
    }

    public Ending ending() {
        return ending;
    }

    public String why() {
        return why;
    }

    /// Null when it is not sampled.
    public Span.@Nullable Begun span() {
        return span;
    }

    /// Whether the gateway or a member failed it.
    public boolean failed() {
        return status >= 500 || ending == Ending.FAILED || ending == Ending.CUT;
    }
}
