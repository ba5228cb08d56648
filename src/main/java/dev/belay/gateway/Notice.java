package dev.belay.gateway;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// What somebody reads who finds a door shut: 503, when to come back, and a page for people, JSON
/// or text for programs.
///
/// @param title a few words
/// @param sentence why; plain text
/// @param page HTML instead of ours; may be empty
record Notice(String title, String sentence, Duration retryAfter, String page) {
    /// One page, without anything that it would have to load: what it would ask for is shut.
    private static final String PAGE =
            """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>@TITLE</title>
            <style>
            :root { color-scheme: light dark; }
            body { margin: 0; min-height: 100vh; display: grid; place-items: center;
              font: 1.1rem/1.6 system-ui, sans-serif; background: Canvas; color: CanvasText; }
            main { max-width: 34rem; padding: 2rem; }
            h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .6em; }
            p { margin: 0; }
            </style>
            </head>
            <body>
            <main>
            <h1>@TITLE</h1>
            <p>@SENTENCE</p>
            </main>
            </body>
            </html>
            """;

    /// No browser says more, and whoever does is not worth the loop's time.
    private static final int ACCEPT_MAX = 1_000;

    private static final Pattern QUALITY = Pattern.compile("q=[01](\\.[0-9]{0,3})?");

    private enum Form {
        HTML("text/html; charset=utf-8"),
        JSON("application/json"),
        TEXT("text/plain; charset=utf-8");

        private final String type;

        Form(String type) {
            this.type = type;
        }
    }

    /// @param now in milliseconds: how long an announced end is away
    static Notice of(Door.Maintenance shut, RouteKey key, long now) {
        String name = shut.platform().isEmpty() ? key.component() : shut.platform();
        Door.Announced announced = shut.announced();
        long left = announced.until() - now;
        boolean overdue = announced.until() > 0 && left <= 0;
        Duration again =
                left > 0 ? Duration.ofSeconds(Math.ceilDiv(left, 1_000)) : shut.retryAfter();
        String why =
                announced.text().isEmpty()
                        ? key.component() + " is closed for maintenance."
                        : announced.text();
        String sentence =
                "%s%s Please come back in %s."
                        .formatted(
                                why,
                                overdue ? " It takes longer than was announced." : "",
                                words(left > 0 ? rounded(again) : again));
        return new Notice(name + " is being worked on", sentence, again, shut.page());
    }

    /// Up to whole minutes, where nobody counts the seconds.
    private static Duration rounded(Duration time) {
        return time.toSeconds() <= 120
                ? time
                : Duration.ofMinutes(Math.ceilDiv(time.toSeconds(), 60));
    }

    /// As people say it, in the largest unit that says all of it.
    private static String words(Duration time) {
        long seconds = time.toSeconds();
        if (seconds % 3_600 == 0) {
            return some(seconds / 3_600, "hour");
        }
        return seconds % 60 == 0 ? some(seconds / 60, "minute") : some(seconds, "second");
    }

    private static String some(long count, String unit) {
        return count + " " + unit + (count == 1 ? "" : "s");
    }

    /// Writes the whole answer; the client's turn is over after that.
    void answer(Client client, HttpRequest request) {
        Form form = form(request.headers());
        byte[] body = body(form).getBytes(StandardCharsets.UTF_8);
        var response =
                new DefaultHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.SERVICE_UNAVAILABLE);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, form.type)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.DATE, HttpDate.now())
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set(HttpHeaderNames.VARY, "accept")
                .set(HttpHeaderNames.RETRY_AFTER, Math.max(1, retryAfter.toSeconds()));
        client.writeHead(response);
        boolean head = request.method().equals(HttpMethod.HEAD);
        client.write(
                head
                        ? LastHttpContent.EMPTY_LAST_CONTENT
                        : new DefaultLastHttpContent(Unpooled.wrappedBuffer(body)));
        client.finish();
    }

    private String body(Form form) {
        return switch (form) {
            case HTML -> page.isEmpty() ? ours() : page;
            case JSON ->
                    RouteJson.MAPPER
                                    .createObjectNode()
                                    .put("status", HttpResponseStatus.SERVICE_UNAVAILABLE.code())
                                    .put("title", title)
                                    .put("detail", sentence)
                                    .put("retryAfterSeconds", retryAfter.toSeconds())
                            + "\n";
            case TEXT -> sentence + "\n";
        };
    }

    private String ours() {
        return PAGE.replace("@TITLE", html(title)).replace("@SENTENCE", html(sentence));
    }

    /// What the client likes best of the three (RFC 9110 §12.5.1); text where it does not say.
    private static Form form(HttpHeaders headers) {
        List<String> lines = headers.getAll(HttpHeaderNames.ACCEPT);
        Form best = Form.TEXT;
        double liked = 0;
        String all = String.join(",", lines);
        String first = all.substring(0, Math.min(all.length(), ACCEPT_MAX));
        for (String range : first.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = range.split(";", -1);
            Form form =
                    switch (parts[0].strip()) {
                        case "text/html", "application/xhtml+xml" -> Form.HTML;
                        case "application/json", "application/problem+json" -> Form.JSON;
                        default -> Form.TEXT;
                    };
            boolean named = form != Form.TEXT || parts[0].strip().equals("text/plain");
            double quality = named ? quality(parts) : 0;
            if (quality > liked) {
                best = form;
                liked = quality;
            }
        }
        return best;
    }

    private static double quality(String[] parts) {
        for (String part : parts) {
            String parameter = part.strip();
            if (QUALITY.matcher(parameter).matches()) {
                return Double.parseDouble(parameter.substring(2));
            }
        }
        return 1;
    }

    private static String html(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
