package dev.belay.driver.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A storage that speaks S3, as strict as the published protocol: it recomputes every signature
/// (AWS Signature Version 4), every body's hash and every checksum that comes with one, and refuses
/// what differs. One bucket, in memory.
///
/// Source: Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".
public final class ObjectStorage implements AutoCloseable {
    public static final String BUCKET = "kept";
    public static final String KEY_ID = "AKIDEXAMPLE";
    public static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    /// Small, so that a listing has several pages.
    private static final int PAGE = 4;

    private static final Pattern AUTHORIZATION =
            Pattern.compile(
                    "AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/s3/aws4_request,"
                            + " SignedHeaders=([^,]+), Signature=([0-9a-f]{64})");

    private final HttpServer server;
    private final NavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
    private final Map<String, TreeMap<Integer, byte[]>> uploads = new ConcurrentSkipListMap<>();
    private final AtomicInteger number = new AtomicInteger();
    private final List<String> writes = new ArrayList<>();
    private volatile String refusing = "";
    private volatile int refusedPart;

    public ObjectStorage() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public NavigableMap<String, byte[]> objects() {
        return objects;
    }

    /// Uploads in parts that were begun and neither ended nor called off.
    int pending() {
        return uploads.size();
    }

    /// Keys in the order in which they were written.
    synchronized List<String> writes() {
        return List.copyOf(writes);
    }

    /// Fails one part of uploads in parts.
    void refusePart(int number) {
        refusedPart = number;
    }

    /// Fails from now on whatever is asked of keys that end so; empty for none.
    void refuse(String suffix) {
        refusing = suffix;
    }

    private record Problem(int status, String code, String message) {}

    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final transient Problem problem;

        Refused(int status, String code, String message) {
            super(message);
            problem = new Problem(status, code, message);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            try {
                answer(exchange, body);
            } catch (Refused e) {
                reply(
                        exchange,
                        e.problem.status(),
                        "<Error><Code>%s</Code><Message>%s</Message></Error>"
                                .formatted(e.problem.code(), e.problem.message())
                                .getBytes(StandardCharsets.UTF_8));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void answer(HttpExchange exchange, byte[] body)
            throws IOException, Refused, GeneralSecurityException {
        authenticate(exchange, body);
        Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
        String path = exchange.getRequestURI().getPath();
        if (!path.equals("/" + BUCKET) && !path.startsWith("/" + BUCKET + "/")) {
            throw new Refused(404, "NoSuchBucket", "The specified bucket does not exist");
        }
        String key = path.substring(Math.min(path.length(), BUCKET.length() + 2));
        if (!refusing.isEmpty() && key.endsWith(refusing)) {
            throw new Refused(507, "InsufficientStorage", "no room");
        }
        switch (exchange.getRequestMethod()) {
            case "GET" -> get(exchange, key, query);
            case "PUT" -> put(exchange, key, query, body);
            case "POST" -> post(exchange, key, query, body);
            case "DELETE" -> {
                if (query.containsKey("uploadId")) {
                    uploads.remove(query.get("uploadId"));
                } else {
                    objects.remove(key);
                }
                reply(exchange, 204, new byte[0]);
            }
            default -> throw new Refused(405, "MethodNotAllowed", "not here");
        }
    }

    private void get(HttpExchange exchange, String key, Map<String, String> query)
            throws IOException, Refused {
        if (!key.isEmpty()) {
            byte[] content = objects.get(key);
            if (content == null) {
                throw new Refused(404, "NoSuchKey", "The specified key does not exist.");
            }
            reply(exchange, 200, content);
            return;
        }
        String prefix = query.getOrDefault("prefix", "");
        String after = query.getOrDefault("continuation-token", "");
        List<String> keys =
                objects.tailMap(after.isEmpty() ? prefix : after, after.isEmpty()).keySet().stream()
                        .filter(one -> one.startsWith(prefix))
                        .toList();
        boolean more = keys.size() > PAGE;
        var page = keys.subList(0, Math.min(PAGE, keys.size()));
        var xml = new StringBuilder("<ListBucketResult>");
        xml.append("<IsTruncated>").append(more).append("</IsTruncated>");
        if (more) {
            xml.append("<NextContinuationToken>")
                    .append(page.getLast())
                    .append("</NextContinuationToken>");
        }
        page.forEach(one ->
                xml.append(
                        "<Contents><Key>%s</Key><Size>%d</Size></Contents>"
                                .formatted(one, Objects.requireNonNull(objects.get(one)).length)));
        reply(exchange, 200, xml.append("</ListBucketResult>").toString().getBytes(UTF_8));
    }

    private static final java.nio.charset.Charset UTF_8 = StandardCharsets.UTF_8;

    private void put(HttpExchange exchange, String key, Map<String, String> query, byte[] body)
            throws IOException, Refused, GeneralSecurityException {
        String told = exchange.getRequestHeaders().getFirst("x-amz-checksum-sha256");
        String is = Base64.getEncoder().encodeToString(sha256(body));
        if (told == null || !told.equals(is)) {
            throw new Refused(400, "BadDigest", "The SHA256 you specified did not match");
        }
        if (query.containsKey("uploadId")) {
            TreeMap<Integer, byte[]> upload = uploads.get(query.get("uploadId"));
            if (Integer.toString(refusedPart).equals(query.get("partNumber"))) {
                throw new Refused(507, "InsufficientStorage", "no room");
            }
            if (upload == null) {
                throw new Refused(404, "NoSuchUpload", "there is no such upload");
            }
            synchronized (upload) {
                upload.put(Integer.parseInt(query.get("partNumber")), body);
            }
        } else {
            store(key, body);
        }
        exchange.getResponseHeaders()
                .set("ETag", "\"" + HexFormat.of().formatHex(sha256(body)) + "\"");
        reply(exchange, 200, new byte[0]);
    }

    private synchronized void store(String key, byte[] body) {
        objects.put(key, body);
        writes.add(key);
    }

    private void post(HttpExchange exchange, String key, Map<String, String> query, byte[] body)
            throws IOException, Refused, GeneralSecurityException {
        if (query.containsKey("uploads")) {
            String id = "upload-" + number.incrementAndGet();
            uploads.put(id, new TreeMap<>());
            reply(
                    exchange,
                    200,
                    ("<InitiateMultipartUploadResult><UploadId>"
                                    + id
                                    + "</UploadId></InitiateMultipartUploadResult>")
                            .getBytes(UTF_8));
            return;
        }
        TreeMap<Integer, byte[]> upload = uploads.remove(query.getOrDefault("uploadId", ""));
        if (upload == null) {
            throw new Refused(404, "NoSuchUpload", "there is no such upload");
        }
        String wanted =
                upload.entrySet().stream()
                        .map(part -> {
                            try {
                                return part.getKey()
                                        + " "
                                        + Base64.getEncoder()
                                                .encodeToString(sha256(part.getValue()));
                            } catch (GeneralSecurityException e) {
                                throw new IllegalStateException(e);
                            }
                        })
                        .collect(Collectors.joining(","));
        if (!wanted.equals(parts(new String(body, UTF_8)))) {
            throw new Refused(400, "InvalidPart", "One or more parts could not be found");
        }
        var whole = new ByteArrayOutputStream();
        upload.values().forEach(whole::writeBytes);
        store(key, whole.toByteArray());
        reply(exchange, 200, "<CompleteMultipartUploadResult/>".getBytes(UTF_8));
    }

    private static String parts(String xml) {
        var all = new TreeMap<Integer, String>();
        Matcher part = Pattern.compile("<Part>(.*?)</Part>", Pattern.DOTALL).matcher(xml);
        while (part.find()) {
            all.put(
                    Integer.parseInt(between(part.group(1), "PartNumber")),
                    between(part.group(1), "ChecksumSHA256"));
        }
        return all.entrySet().stream()
                .map(one -> one.getKey() + " " + one.getValue())
                .collect(Collectors.joining(","));
    }

    private static String between(String xml, String tag) {
        Matcher found = Pattern.compile("<%s>(.*?)</%s>".formatted(tag, tag)).matcher(xml);
        return found.find() ? found.group(1) : "";
    }

    // --- the signature ------------------------------------------------------------------------

    private static void authenticate(HttpExchange exchange, byte[] body)
            throws Refused, GeneralSecurityException {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        Matcher it = AUTHORIZATION.matcher(header == null ? "" : header);
        if (!it.matches() || !it.group(1).equals(KEY_ID)) {
            throw new Refused(403, "InvalidAccessKeyId", "The access key Id does not exist");
        }
        String hash = exchange.getRequestHeaders().getFirst("x-amz-content-sha256");
        boolean bodyless = body.length == 0 && "UNSIGNED-PAYLOAD".equals(hash);
        if (!bodyless && !HexFormat.of().formatHex(sha256(body)).equals(hash)) {
            throw new Refused(400, "XAmzContentSHA256Mismatch", "the body is not what was signed");
        }
        List<String> signed = List.of(it.group(4).split(";", -1));
        if (!signed.contains("host") || !signed.contains("x-amz-date")) {
            throw new Refused(403, "AccessDenied", "host and date have to be signed");
        }
        var canonical = new StringBuilder();
        canonical.append(exchange.getRequestMethod()).append('\n');
        canonical.append(exchange.getRequestURI().getRawPath()).append('\n');
        canonical.append(canonicalQuery(exchange.getRequestURI().getRawQuery())).append('\n');
        for (String name : signed) {
            canonical
                    .append(name)
                    .append(':')
                    .append(
                            String.join(",", exchange.getRequestHeaders().get(name))
                                    .strip()
                                    .replaceAll(" +", " "))
                    .append('\n');
        }
        canonical.append('\n').append(it.group(4)).append('\n').append(hash);
        String scope = "%s/%s/s3/aws4_request".formatted(it.group(2), it.group(3));
        String text =
                String.join(
                        "\n",
                        "AWS4-HMAC-SHA256",
                        exchange.getRequestHeaders().getFirst("x-amz-date"),
                        scope,
                        HexFormat.of().formatHex(sha256(canonical.toString().getBytes(UTF_8))));
        byte[] key = ("AWS4" + SECRET).getBytes(UTF_8);
        for (String part : List.of(it.group(2), it.group(3), "s3", "aws4_request", text)) {
            key = hmac(key, part);
        }
        if (!HexFormat.of().formatHex(key).equals(it.group(5))) {
            throw new Refused(403, "SignatureDoesNotMatch", "the signature does not match");
        }
    }

    /// Each with its sign of equality, in order.
    private static String canonicalQuery(String raw) {
        if (raw == null || raw.isEmpty()) {
            return "";
        }
        return List.of(raw.split("&", -1)).stream()
                .map(one -> one.contains("=") ? one : one + "=")
                .sorted()
                .collect(Collectors.joining("&"));
    }

    private static Map<String, String> query(String raw) {
        var all = new TreeMap<String, String>();
        if (raw != null) {
            for (String one : raw.split("&", -1)) {
                int at = one.indexOf('=');
                all.put(
                        at < 0 ? one : one.substring(0, at),
                        at < 0 ? "" : URLDecoder.decode(one.substring(at + 1), UTF_8));
            }
        }
        return all;
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }

    private static byte[] sha256(byte[] content) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(content);
    }

    private static void reply(HttpExchange exchange, int status, byte[] content)
            throws IOException {
        exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
        if (content.length > 0) {
            exchange.getResponseBody().write(content);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
