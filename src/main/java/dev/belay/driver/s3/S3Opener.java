package dev.belay.driver.s3;

import dev.belay.driver.backup.Copies;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.configuration.ValueProvider;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// Opens places on storage that speaks S3, with the values that every tool for it reads:
/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION` and
/// `AWS_ENDPOINT_URL`, of the environment whose data it is.
public final class S3Opener implements Copies.Opener {
    private static final long PART_BYTES = 16L << 20;
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);
    private static final Duration SILENT_AT_MOST = Duration.ofSeconds(60);

    private final ValueProvider values;
    private final long partBytes;

    public S3Opener(ValueProvider values) {
        this(values, PART_BYTES);
    }

    S3Opener(ValueProvider values, long partBytes) {
        this.values = values;
        this.partBytes = partBytes;
    }

    @Override
    public Copies open(String environment, String datastore, String address) throws DataFailure {
        try {
            Optional<String> endpoint = value(environment, "AWS_ENDPOINT_URL");
            var builder =
                    S3Client.builder()
                            .region(Region.of(value(environment, "AWS_REGION").orElse("us-east-1")))
                            .credentialsProvider(
                                    StaticCredentialsProvider.create(credentials(environment)))
                            // Others than Amazon's own know one bucket by its path.
                            .forcePathStyle(endpoint.isPresent())
                            // Ours are in every request; newer ways of the library are not known
                            // to every storage.
                            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                            .serviceConfiguration(all -> all.chunkedEncodingEnabled(false))
                            .httpClientBuilder(
                                    UrlConnectionHttpClient.builder()
                                            .connectionTimeout(CONNECT_WITHIN)
                                            .socketTimeout(SILENT_AT_MOST));
            endpoint.map(URI::create).ifPresent(builder::endpointOverride);
            S3Address place = S3Address.of(address).below(environment).below(datastore);
            return new S3Copies(builder.build(), place, partBytes);
        } catch (SecretFailure e) {
            throw new DataFailure(e.reason(), e.hint());
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new DataFailure(
                    "`" + address + "` cannot be reached as S3: " + e.getMessage(),
                    "look at AWS_ENDPOINT_URL and AWS_REGION");
        }
    }

    private AwsCredentials credentials(String environment) throws DataFailure {
        String id = needed(environment, "AWS_ACCESS_KEY_ID");
        String secret = needed(environment, "AWS_SECRET_ACCESS_KEY");
        return value(environment, "AWS_SESSION_TOKEN")
                .<AwsCredentials>map(token -> AwsSessionCredentials.create(id, secret, token))
                .orElseGet(() -> AwsBasicCredentials.create(id, secret));
    }

    private String needed(String environment, String name) throws DataFailure {
        return value(environment, name)
                .orElseThrow(() ->
                        new DataFailure(
                                "`" + name + "` has no value", "set it in the environment file"));
    }

    private Optional<String> value(String environment, String name) {
        return values.find(environment, name)
                .map((Secret secret) -> secret.use(text -> text))
                .filter(text -> !text.isBlank());
    }
}
