package dev.belay.driver.image;

import dev.belay.driver.image.ImageFailure.Kind;
import dev.belay.release.Digest;
import dev.belay.release.ImageName;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/// A registry of images, by the protocol that OCI calls distribution.
public final class Registry {
    private static final Duration SOON = Duration.ofSeconds(30);

    /// A layer can be long, and a line slow.
    private static final Duration LAYER_WITHIN = Duration.ofMinutes(30);

    private static final int DOCUMENT_MAX = 8 << 20;

    private final RegistryAccess access;
    private final RegistryTalk talk;

    public Registry(RegistryAccess access) {
        this.access = access;
        talk = new RegistryTalk(access);
    }

    /// Who is asked.
    public RegistryAccess access() {
        return access;
    }

    /// The image that a name stands for at this moment.
    ///
    /// @throws ImageFailure when there is none, or nobody can be asked
    public Digest resolve(ImageName name) throws ImageFailure {
        return document(name).digest();
    }

    /// Whether there is exactly that image. One that is for several machines counts as one.
    public boolean has(ImageName name) throws ImageFailure {
        HttpResponse<InputStream> response =
                talk.send(
                        RegistryTalk.Ask.of("HEAD", manifest(name), reading(name), SOON)
                                .with(Map.of("Accept", String.join(", ", Manifest.TYPES))));
        RegistryTalk.discard(response);
        return found(response);
    }

    /// A manifest, as it is kept.
    Document document(ImageName name) throws ImageFailure {
        HttpResponse<InputStream> response =
                talk.send(
                        RegistryTalk.Ask.of("GET", manifest(name), reading(name), SOON)
                                .with(Map.of("Accept", String.join(", ", Manifest.TYPES))));
        if (!found(response)) {
            RegistryTalk.discard(response);
            throw new ImageFailure(
                    Kind.MISSING,
                    "the registry `%s` has no image `%s`".formatted(access, name),
                    "push it there, or name another");
        }
        String type = response.headers().firstValue("Content-Type").orElse("").split(";", 2)[0];
        var document = new Document(type.strip(), talk.text(response, DOCUMENT_MAX));
        if (!name.digest().isEmpty() && !name.digest().equals(document.digest().text())) {
            throw talk.odd("answers for `%s` with something else".formatted(name));
        }
        return document;
    }

    /// A short part of an image.
    String text(ImageName name, Descriptor part) throws ImageFailure {
        String text = talk.text(blob(name, part), DOCUMENT_MAX);
        if (!Digest.of(text).equals(part.digest())) {
            throw talk.odd("answers for a part of `%s` with something else".formatted(name));
        }
        return text;
    }

    /// A part of an image, to be read once. What is read is not compared with its digest here.
    InputStream open(ImageName name, Descriptor part) throws ImageFailure {
        return blob(name, part).body();
    }

    private HttpResponse<InputStream> blob(ImageName name, Descriptor part) throws ImageFailure {
        HttpResponse<InputStream> response =
                talk.send(
                        RegistryTalk.Ask.of(
                                "GET", blobs(name) + part.digest(), reading(name), LAYER_WITHIN));
        if (!found(response)) {
            RegistryTalk.discard(response);
            throw new ImageFailure(
                    Kind.MISSING,
                    "the registry `%s` lost a part of `%s`".formatted(access, name),
                    "push the image again");
        }
        return response;
    }

    /// Whether the repository has a part already.
    boolean has(ImageName name, Digest part) throws ImageFailure {
        HttpResponse<InputStream> response =
                talk.send(RegistryTalk.Ask.of("HEAD", blobs(name) + part, writing(name), SOON));
        RegistryTalk.discard(response);
        return found(response);
    }

    /// Takes a part over from another repository of this registry.
    ///
    /// @return whether it did; what it cannot do so has to be sent
    boolean mount(ImageName name, Digest part, ImageName from) throws ImageFailure {
        String path = uploads(name) + "?mount=" + part.text() + "&from=" + from.repository();
        HttpResponse<InputStream> response =
                talk.send(RegistryTalk.Ask.of("POST", path, writing(name), SOON));
        RegistryTalk.discard(response);
        return response.statusCode() == 201;
    }

    /// Brings a part there.
    ///
    /// @param content gives it from its beginning, as often as it is asked
    void upload(ImageName name, Descriptor part, Supplier<InputStream> content)
            throws ImageFailure {
        HttpResponse<InputStream> begun =
                talk.send(RegistryTalk.Ask.of("POST", uploads(name), writing(name), SOON));
        RegistryTalk.discard(begun);
        String place = begun.headers().firstValue("Location").orElse("");
        if (begun.statusCode() != 202 || place.isEmpty()) {
            throw refused(name, begun.statusCode());
        }
        String to = place + (place.contains("?") ? "&" : "?") + "digest=" + part.digest().text();
        HttpResponse<InputStream> done =
                talk.send(
                        RegistryTalk.Ask.of("PUT", to, writing(name), LAYER_WITHIN)
                                .sending(
                                        () -> body(part, content),
                                        Map.of("Content-Type", "application/octet-stream")));
        RegistryTalk.discard(done);
        if (done.statusCode() != 201) {
            throw refused(name, done.statusCode());
        }
    }

    private static BodyPublisher body(Descriptor part, Supplier<InputStream> content) {
        return part.size() == 0
                ? BodyPublishers.noBody()
                : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(content), part.size());
    }

    /// Makes an image of parts that are there.
    void put(ImageName name, Document manifest) throws ImageFailure {
        HttpResponse<InputStream> response =
                talk.send(
                        RegistryTalk.Ask.of("PUT", manifest(name), writing(name), SOON)
                                .sending(
                                        () -> BodyPublishers.ofByteArray(manifest.bytes()),
                                        Map.of("Content-Type", manifest.type())));
        RegistryTalk.discard(response);
        if (response.statusCode() != 201) {
            throw refused(name, response.statusCode());
        }
    }

    private boolean found(HttpResponse<InputStream> response) throws ImageFailure {
        int status = response.statusCode();
        if (status == 200) {
            return true;
        }
        if (status == 404) {
            return false;
        }
        RegistryTalk.discard(response);
        throw status == 429
                ? talk.away("lets nobody ask so often", "wait a while")
                : status >= 500
                        ? talk.away("fails with status " + status, "see to it, and try again")
                        : talk.odd("answers with status " + status);
    }

    private ImageFailure refused(ImageName name, int status) {
        return status >= 500
                ? talk.away("fails with status " + status, "see to it, and try again")
                : ImageFailure.unfit(
                        "the registry `%s` does not take `%s`: status %d"
                                .formatted(access, name.place(), status),
                        "see whether it takes images of OCI, and has room");
    }

    private static String manifest(ImageName name) {
        return "/v2/" + name.repository() + "/manifests/" + name.reference();
    }

    private static String blobs(ImageName name) {
        return "/v2/" + name.repository() + "/blobs/";
    }

    private static String uploads(ImageName name) {
        return blobs(name) + "uploads/";
    }

    private static String reading(ImageName name) {
        return "repository:" + name.repository() + ":pull";
    }

    private static String writing(ImageName name) {
        return "repository:" + name.repository() + ":pull,push";
    }
}
