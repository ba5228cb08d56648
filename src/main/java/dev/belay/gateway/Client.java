package dev.belay.gateway;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.List;

/// Whoever asked, as the exchange of one request sees it, whichever version of HTTP it speaks. Used
/// on its connection's loop alone.
interface Client {
    Proxy proxy();

    Loop loop();

    /// The stable port that it came to.
    int port();

    Peer peer();

    /// What it speaks, as `HTTP/1.1`.
    String protocol();

    /// Whether nobody on the way could read or change it: it came through TLS.
    boolean secure();

    /// Whether it speaks HTTP/1.0, and is sent neither chunks nor 1xx.
    boolean oldVersion();

    /// Something moved: the phase has this much time from now.
    void progress(Duration time);

    /// However much still moves, it is cut after this time.
    void cutAfter(Duration time);

    /// Asks it to send no further requests this way, where others would have to wait for this one.
    void closeAfterThis();

    /// Lets another exchange go on with the request, and gives it what of the body came already.
    void goOn(Exchange next, List<HttpContent> parts);

    /// More bytes than this of the request's body are answered with 413.
    void bodyAtMost(long bytes);

    /// Whether more of the request's body is wanted.
    void read(boolean wanted);

    /// Starts the final answer.
    void writeHead(HttpResponse response);

    /// An answer before the answer, such as 100, with its end.
    void writeInterim(HttpResponse response);

    /// The last answer before another protocol; [#handOver] follows.
    void writeSwitch(HttpResponse response);

    void write(HttpContent part);

    /// Writes a part of a file as the body, and closes the file.
    void writeFile(FileChannel file, long from, long count);

    void flush();

    boolean writable();

    /// The answer has been written to its end.
    void finish();

    /// Writes the answer's end; calls [#finish] once all of it is on its way.
    ///
    /// @param sent called just before, unless the client has left by then
    void finishWhenSent(Runnable sent);

    /// An answer of the gateway's own, instead of one from a member.
    void answer(HttpResponseStatus status, String why);

    /// An answer of the gateway's own that says: not now, and nothing was done. Ends the request.
    void refuse(String why);

    /// Cuts, so that the client cannot take what it has for the whole.
    void abort();

    /// Ends where the end of the connection is the only end that the answer has.
    void endHere();

    /// Leaves HTTP: from now on only bytes pass.
    TunnelEnd handOver();
}
