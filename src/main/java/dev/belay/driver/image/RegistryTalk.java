package dev.belay.driver.image;

import dev.belay.driver.image.ImageFailure.Kind;
import dev.belay.release.ImageName;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Asks one registry, as whom it is asked as: answers its challenge once for each repository, and
/// says who one is to nobody but the registry and the one that it names for that.
final class RegistryTalk {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);
    private static final int TOKEN_MAX = 1 << 20;
    private static final int REDIRECTS_MAX = 5;

    private final RegistryAccess access;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_WITHIN)
                    // A redirect would carry what we show to a host that nobody named.
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
    private final Map<String, String> shown = new ConcurrentHashMap<>();

    RegistryTalk(RegistryAccess access) {
        this.access = access;
    }

    /// @param path absolute, or a whole address that the registry itself gave
    /// @param headers names and values in turns
    /// @param scope what is asked for, so that who may read is not taken for who may write
    record Ask(
            String method,
            String path,
            Map<String, String> headers,
            Supplier<HttpRequest.BodyPublisher> body,
            String scope,
            Duration within) {
        static Ask of(String method, String path, String scope, Duration within) {
            return new Ask(
                    method, path, Map.of(), HttpRequest.BodyPublishers::noBody, scope, within);
        }

        Ask with(Map<String, String> more) {
            return new Ask(method, path, more, body, scope, within);
        }

        Ask sending(Supplier<HttpRequest.BodyPublisher> what, Map<String, String> more) {
            return new Ask(method, path, more, what, scope, within);
        }
    }

    /// What it answers, whose body somebody has to read or close.
    ///
    /// @throws ImageFailure when it does not answer, or does not let us
    HttpResponse<InputStream> send(Ask ask) throws ImageFailure {
        URI address = address(ask.path());
        HttpResponse<InputStream> response = exchange(ask, address, shown.get(ask.scope()));
        if (response.statusCode() == 401) {
            String proof = proof(response, ask.scope());
            discard(response);
            shown.put(ask.scope(), proof);
            response = exchange(ask, address, proof);
        }
        for (int i = 0; isElsewhere(ask, response); i++) {
            if (i == REDIRECTS_MAX) {
                discard(response);
                throw odd("sends one from place to place");
            }
            response = follow(ask, response);
        }
        if (response.statusCode() == 401 || response.statusCode() == 403) {
            discard(response);
            throw denied(ask.scope());
        }
        return response;
    }

    private URI address(String path) throws ImageFailure {
        URI whole;
        try {
            whole = access.address().resolve(path);
        } catch (IllegalArgumentException _) {
            throw odd("names an address that is none");
        }
        if (!isTrusted(whole)) {
            throw odd("sends one to a place that is not asked");
        }
        return whole;
    }

    /// Nothing goes anywhere in the clear but to a registry of this machine.
    private boolean isTrusted(URI address) {
        String host = address.getHost();
        return host != null
                && ("https".equals(address.getScheme())
                        || (access.plain() && ImageName.isLoopback(host)));
    }

    private static boolean isElsewhere(Ask ask, HttpResponse<?> response) {
        int status = response.statusCode();
        return ask.method().equals("GET")
                && (status == 301
                        || status == 302
                        || status == 303
                        || status == 307
                        || status == 308);
    }

    /// Large parts are often kept at another place, which is not to learn who we are.
    private HttpResponse<InputStream> follow(Ask ask, HttpResponse<InputStream> response)
            throws ImageFailure {
        String to = response.headers().firstValue("Location").orElse("");
        URI from = response.uri();
        discard(response);
        URI next;
        try {
            next = from.resolve(to);
        } catch (IllegalArgumentException _) {
            throw odd("names an address that is none");
        }
        if (to.isEmpty() || !isTrusted(next)) {
            throw odd("sends one to a place that is not asked");
        }
        boolean same = next.getAuthority().equals(from.getAuthority());
        return exchange(ask, next, same ? shown.get(ask.scope()) : null);
    }

    private HttpResponse<InputStream> exchange(Ask ask, URI address, @Nullable String proof)
            throws ImageFailure {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address)
                        .timeout(ask.within())
                        .method(ask.method(), ask.body().get());
        ask.headers().forEach(request::setHeader);
        if (proof != null) {
            request.setHeader("Authorization", proof);
        }
        return exchange(request.build());
    }

    private HttpResponse<InputStream> exchange(HttpRequest request) throws ImageFailure {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (HttpTimeoutException slow) {
            throw away("did not answer in time", "see to it, and try again");
        } catch (SSLException untrusted) {
            throw new ImageFailure(
                    Kind.DENIED,
                    "the certificate of the registry `%s` is not believed".formatted(access),
                    "add its authority to those of the Java runtime; a registry of this machine"
                            + " may be `insecure`");
        } catch (ConnectException nobody) {
            throw away("does not answer", "start it, or mend its address");
        } catch (IOException cut) {
            throw away("ended the connection", "see to it, and try again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw away("was not waited for", "try again");
        }
    }

    /// What to show from now on.
    private String proof(HttpResponse<InputStream> response, String scope) throws ImageFailure {
        Challenge challenge =
                Challenge.of(response.headers().allValues("WWW-Authenticate"))
                        .orElseThrow(() -> denied(scope));
        RegistryAccess.Login login = access.login();
        if (challenge.scheme().equals("bearer")) {
            return "Bearer " + token(challenge, scope);
        }
        if (login == null) {
            throw denied(scope);
        }
        return basic(login);
    }

    private static String basic(RegistryAccess.Login login) {
        return "Basic "
                + login.password()
                        .use(password ->
                                Base64.getEncoder()
                                        .encodeToString(
                                                (login.user() + ":" + password)
                                                        .getBytes(StandardCharsets.UTF_8)));
    }

    private String token(Challenge challenge, String scope) throws ImageFailure {
        URI realm = address(challenge.get("realm"));
        String asked = challenge.get("scope").isEmpty() ? scope : challenge.get("scope");
        String query =
                "service="
                        + URLEncoder.encode(challenge.get("service"), StandardCharsets.UTF_8)
                        + "&scope="
                        + URLEncoder.encode(asked, StandardCharsets.UTF_8);
        URI address = URI.create(realm + (realm.getQuery() == null ? "?" : "&") + query);
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(CONNECT_WITHIN);
        RegistryAccess.Login login = access.login();
        if (login != null) {
            request.setHeader("Authorization", basic(login));
        }
        HttpResponse<InputStream> response = exchange(request.build());
        if (response.statusCode() != 200) {
            discard(response);
            throw denied(scope);
        }
        try {
            JsonNode json = JsonMapper.shared().readTree(text(response, TOKEN_MAX));
            String token = json.path("token").asString(json.path("access_token").asString(""));
            if (token.isEmpty()) {
                throw denied(scope);
            }
            return token;
        } catch (JacksonException e) {
            throw odd("answers who one is with something that is no token");
        }
    }

    /// The whole body, in UTF-8.
    ///
    /// @throws ImageFailure when it is longer
    String text(HttpResponse<InputStream> response, int max) throws ImageFailure {
        try (InputStream in = response.body();
                var watch = new Watch(in, CONNECT_WITHIN.multipliedBy(3))) {
            byte[] bytes = watch.read(in, max);
            if (bytes.length > max) {
                throw odd("answers with more than is read");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (ImageFailure e) {
            throw e;
        } catch (IOException e) {
            throw away("breaks off in the middle of an answer", "see to it, and try again");
        }
    }

    /// A body that never ends would hold its reader for ever: the timeout is over once it begins.
    private static final class Watch implements AutoCloseable {
        private final Thread thread;

        Watch(InputStream in, Duration patience) {
            thread =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    Thread.sleep(patience);
                                    in.close();
                                } catch (InterruptedException | IOException done) {
                                    Thread.currentThread().interrupt();
                                }
                            });
        }

        byte[] read(InputStream in, int max) throws IOException {
            return in.readNBytes(max + 1);
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }

    /// Nobody reads it.
    static void discard(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException _) {
            // It is gone either way.
        }
    }

    private ImageFailure denied(String scope) {
        String what = scope.endsWith("push") ? "write to" : "read from";
        return new ImageFailure(
                Kind.DENIED,
                "the registry `%s` does not let Belay %s `%s`"
                        .formatted(access, what, scope.split(":", 3)[1]),
                access.login() == null
                        ? "say by `registry` of the environment who it is there, or see whether"
                                + " there is such a repository"
                        : "give `%s` the right to, or see whether there is such a repository"
                                .formatted(access.login().user()));
    }

    ImageFailure away(String what, String hint) {
        return new ImageFailure(Kind.AWAY, "the registry `%s` %s".formatted(access, what), hint);
    }

    ImageFailure odd(String what) {
        return ImageFailure.unfit(
                "the registry `%s` %s".formatted(access, what),
                "see whether a registry answers there at all");
    }
}
