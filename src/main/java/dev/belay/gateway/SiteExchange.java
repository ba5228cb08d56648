package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A request that a file answers, of the revision that was drawn. A file that this revision does
/// not have is looked for in the others and in those routed before: a page loaded a moment ago
/// still asks for its own scripts.
///
/// Validators name the revision: unpacked artifacts carry no useful times, and two revisions may
/// have files of the same name, size and time.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class SiteExchange implements Exchange {
    private final Client client;
    private final HttpRequest request;
    private final Table.Entry entry;
    private final RevisionTraffic traffic;
    private final Path root;
    private final @Nullable Visit visit;
    private final Transcript transcript;
    private boolean over;

    /// Whether the page of the application is sent for a path that names no file.
    private boolean standsIn;

    SiteExchange(
            Client client,
            HttpRequest request,
            Transcript transcript,
            Table.Entry entry,
            Table.LiveShare share,
            @Nullable Visit visit) {
        this.client = client;
        this.request = request;
        this.entry = entry;
        this.traffic = share.traffic();
        this.visit = visit;
        this.root = Objects.requireNonNull(share.root());
        this.transcript = transcript;
        RouteKey key = entry.route().key();
        transcript.routed(key.environment(), key.component());
        transcript.asked(traffic.revision(), "");
        client.proxy().chronicle().trace(transcript);
        traffic.enter();
    }

    @Override
    public void begin() {
        client.progress(client.proxy().limits().times().requestBody());
    }

    @Override
    public void onContent(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        content.release();
        client.progress(client.proxy().limits().times().requestBody());
        if (last && !over) {
            serve();
        }
    }

    private void serve() {
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        if (!reads) {
            HttpResponse response = head(HttpResponseStatus.METHOD_NOT_ALLOWED);
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
            send(response, null, 0, 0);
            return;
        }
        String uri = request.uri();
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        List<String> segments = SiteFiles.segments(path);
        SiteFiles.Found found =
                segments == null ? new SiteFiles.Nothing() : find(segments, wantsPage(path));
        switch (found) {
            case SiteFiles.File file -> file(file, path);
            case SiteFiles.Text text -> text(text);
            case SiteFiles.Folder _ -> {
                HttpResponse response = head(HttpResponseStatus.MOVED_PERMANENTLY);
                String rest = query < 0 ? "" : uri.substring(query);
                response.headers().set(HttpHeaderNames.LOCATION, path + "/" + rest);
                send(response, null, 0, 0);
            }
            case SiteFiles.Nothing _ -> {
                // It may be there in a moment, with the next revision.
                HttpResponse response = head(HttpResponseStatus.NOT_FOUND);
                response.headers().set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE);
                send(response, null, 0, 0);
            }
        }
    }

    /// A single-page application's own paths have no extension, and a browser asks for HTML there.
    private boolean wantsPage(String path) {
        boolean plain = path.indexOf('.', path.lastIndexOf('/') + 1) < 0;
        String accept = request.headers().get(HttpHeaderNames.ACCEPT, "*/*");
        boolean html = accept.contains("text/html") || accept.contains("*/*");
        return entry.route().site().fallback() && plain && html;
    }

    private SiteFiles.Found find(List<String> segments, boolean wantsPage) {
        String path = "/" + String.join("/", segments);
        SiteFiles.Found found = find(own(), path, segments);
        if (!(found instanceof SiteFiles.Nothing)) {
            return found;
        }
        for (Route.Files other : others()) {
            SiteFiles.Found there = find(other, path, segments);
            if (there instanceof SiteFiles.File || there instanceof SiteFiles.Text) {
                return there;
            }
        }
        standsIn = wantsPage;
        return wantsPage ? client.proxy().sites().find(root, List.of("")) : found;
    }

    /// A text comes before a file of the same path: in an artifact that is what developers use.
    private SiteFiles.Found find(Route.Files files, String path, List<String> segments) {
        SiteText text = files.texts().get(path);
        return text == null
                ? client.proxy().sites().find(files.root(), segments)
                : new SiteFiles.Text(path, text);
    }

    private Route.Files own() {
        for (Route.Share share : entry.route().shares()) {
            if (share.revision().equals(traffic.revision())
                    && share.backend() instanceof Route.Files files) {
                return files;
            }
        }
        return new Route.Files(root);
    }

    private List<Route.Files> others() {
        var others = new ArrayList<>(FormerFiles.all(entry.route()));
        others.remove(own());
        others.addAll(entry.former());
        return others;
    }

    /// No part of it can be asked for: it is a few lines, and RFC 9110 §14.2 lets a server ignore
    /// that.
    private void text(SiteFiles.Text found) {
        SiteText text = found.text();
        String tag = text.tag();
        HttpResponseStatus status =
                switch (SiteConditions.conditions(request.headers(), tag, entry.since())) {
                    case NOT_MODIFIED -> HttpResponseStatus.NOT_MODIFIED;
                    case FAILED -> HttpResponseStatus.PRECONDITION_FAILED;
                    case ANSWER -> HttpResponseStatus.OK;
                };
        HttpResponse response = head(status);
        // Whatever is immutable below the same path: this is another one with the next release.
        describe(response, tag, HttpHeaderValues.NO_CACHE.toString());
        boolean whole = status.equals(HttpResponseStatus.OK);
        if (whole) {
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, MediaTypes.of(found.path()));
        }
        byte[] bytes = whole ? text.bytes() : new byte[0];
        answer(response, bytes.length);
        if (whole && !request.method().equals(HttpMethod.HEAD)) {
            client.write(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
            transcript.sent(bytes.length);
            traffic.sent(bytes.length);
        }
        client.finishWhenSent(() -> leave(Transcript.Ending.COMPLETE));
    }

    /// What a client needs to ask about it again.
    private void describe(HttpResponse response, String tag, String caching) {
        response.headers()
                .set(HttpHeaderNames.ETAG, tag)
                .set(HttpHeaderNames.LAST_MODIFIED, HttpDate.of(entry.since()))
                .set(HttpHeaderNames.CACHE_CONTROL, caching)
                .set("X-Content-Type-Options", "nosniff");
        if (visit != null) {
            visit.tell(response, client.secure());
        }
    }

    private void file(SiteFiles.File found, String path) {
        HttpHeaders asked = request.headers();
        String name = String.valueOf(found.path().getFileName());
        // Of HEAD no part can be asked for (RFC 9110 §14.2).
        boolean ranged =
                request.method().equals(HttpMethod.GET) && asked.contains(HttpHeaderNames.RANGE);
        var encoded = encoded(found, !ranged);
        SiteFiles.File file = encoded.file();
        String tag = tag(file);
        String modified = HttpDate.of(entry.since());
        long size = file.size();
        var range =
                ranged
                        ? SiteConditions.range(asked, size, tag, modified)
                        : new SiteConditions.Whole();
        HttpResponseStatus status =
                switch (SiteConditions.conditions(asked, tag, entry.since())) {
                    case NOT_MODIFIED -> HttpResponseStatus.NOT_MODIFIED;
                    case FAILED -> HttpResponseStatus.PRECONDITION_FAILED;
                    case ANSWER ->
                            switch (range) {
                                case SiteConditions.Whole _ -> HttpResponseStatus.OK;
                                case SiteConditions.Part _ -> HttpResponseStatus.PARTIAL_CONTENT;
                                case SiteConditions.Outside _ ->
                                        HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE;
                            };
                };
        HttpResponse response = head(status);
        describe(response, tag, caching(status, path));
        response.headers().set(HttpHeaderNames.ACCEPT_RANGES, "bytes");
        if (encoded.varies()) {
            response.headers().set(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
        }
        boolean whole = status.equals(HttpResponseStatus.OK);
        if (whole || status.equals(HttpResponseStatus.PARTIAL_CONTENT)) {
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, MediaTypes.of(name));
            if (!encoded.coding().isEmpty()) {
                response.headers().set(HttpHeaderNames.CONTENT_ENCODING, encoded.coding());
            }
        }
        if (whole) {
            send(response, file, 0, size);
        } else if (range instanceof SiteConditions.Part(long from, long count)
                && status.equals(HttpResponseStatus.PARTIAL_CONTENT)) {
            String text = "bytes " + from + "-" + (from + count - 1) + "/" + size;
            response.headers().set(HttpHeaderNames.CONTENT_RANGE, text);
            send(response, file, from, count);
        } else {
            if (status.equals(HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE)) {
                response.headers().set(HttpHeaderNames.CONTENT_RANGE, "bytes */" + size);
            }
            send(response, null, 0, 0);
        }
    }

    private record Encoded(SiteFiles.File file, String coding, boolean varies) {}

    /// @param wanted whether a coded one may be sent: of a range nobody could say of which bytes
    private Encoded encoded(SiteFiles.File file, boolean wanted) {
        Optional<SiteFiles.File> brotli = client.proxy().sites().beside(file, ".br");
        Optional<SiteFiles.File> gzip = client.proxy().sites().beside(file, ".gz");
        boolean varies = brotli.isPresent() || gzip.isPresent();
        if (wanted && brotli.isPresent() && SiteConditions.accepts(request.headers(), "br")) {
            return new Encoded(brotli.get(), "br", true);
        }
        if (wanted && gzip.isPresent() && SiteConditions.accepts(request.headers(), "gzip")) {
            return new Encoded(gzip.get(), "gzip", true);
        }
        return new Encoded(file, "", varies);
    }

    private static String tag(SiteFiles.File file) {
        byte[] where = file.root().toString().getBytes(StandardCharsets.UTF_8);
        long root = UUID.nameUUIDFromBytes(where).getMostSignificantBits();
        long size = file.size();
        long time = file.millis();
        String name = String.valueOf(file.path().getFileName());
        return "\"%x-%x-%x-%x\"".formatted(root, size, time, name.hashCode());
    }

    /// A page that stands in for a path, or an answer that there is none, is not what will be there
    /// for ever.
    private String caching(HttpResponseStatus status, String path) {
        boolean lasting =
                status.equals(HttpResponseStatus.OK)
                        || status.equals(HttpResponseStatus.PARTIAL_CONTENT)
                        || status.equals(HttpResponseStatus.NOT_MODIFIED);
        boolean immutable = entry.route().site().immutable().stream().anyMatch(path::startsWith);
        return !standsIn && lasting && immutable
                ? "public, max-age=31536000, immutable"
                : "no-cache";
    }

    private HttpResponse head(HttpResponseStatus status) {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
        response.headers().set(HttpHeaderNames.DATE, HttpDate.now());
        if (client.proxy().options().nameRevision()) {
            response.headers().set("X-Belay-Revision", traffic.revision());
        }
        return response;
    }

    /// @param file what to send, from `from`, `count` bytes of it; null sends no body
    private void send(HttpResponse response, SiteFiles.@Nullable File file, long from, long count) {
        FileChannel content = null;
        boolean body = file != null && count > 0 && !request.method().equals(HttpMethod.HEAD);
        if (file != null && body) {
            try {
                content = FileChannel.open(file.path());
            } catch (NoSuchFileException _) {
                HttpResponse gone = head(HttpResponseStatus.NOT_FOUND);
                gone.headers().set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE);
                send(gone, null, 0, 0);
                return;
            } catch (IOException _) {
                send(head(HttpResponseStatus.INTERNAL_SERVER_ERROR), null, 0, 0);
                return;
            }
        }
        answer(response, count);
        if (content != null) {
            client.writeFile(content, from, count);
            transcript.sent(count);
            traffic.sent(count);
        }
        client.finishWhenSent(() -> leave(Transcript.Ending.COMPLETE));
    }

    private void answer(HttpResponse response, long length) {
        int status = response.status().code();
        if (status != HttpResponseStatus.NOT_MODIFIED.code()) {
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
        }
        traffic.answered(status, transcript.answered(status), null);
        client.progress(client.proxy().limits().times().responseBody());
        client.writeHead(response);
    }

    private void leave(Transcript.Ending how) {
        if (!over) {
            over = true;
            traffic.leave();
            client.proxy().chronicle().end(transcript, how);
        }
    }

    @Override
    public void onBatchEnd() {}

    @Override
    public void onClientWritability() {}

    @Override
    public void onClientGone() {
        leave(Transcript.Ending.CLIENT_LEFT);
    }

    @Override
    public void onBadContent(HttpResponseStatus because) {
        transcript.answered(because.code());
        transcript.because(because.reasonPhrase());
        leave(Transcript.Ending.REFUSED);
        client.closeAfterThis();
        client.answer(because, because.reasonPhrase());
    }

    @Override
    public void onTimeout() {
        leave(Transcript.Ending.CUT);
        client.abort();
    }

    @Override
    public void onClose(Farewell farewell) {
        if (farewell.concerns(traffic, null)) {
            client.closeAfterThis();
        }
    }
}
