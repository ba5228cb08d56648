package dev.belay.driver.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real engine, asked by a port with certificates.
class EngineRoutesTest {
    @TempDir private Path folder;
    private OwnEngine engine;

    @BeforeEach
    void start() throws Exception {
        engine = OwnEngine.started();
    }

    private static EngineFailure refused(DockerHost host) {
        try {
            String version = host.engine().version();
            throw new AssertionError("it answers: " + version);
        } catch (EngineFailure e) {
            return e;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void who_shows_a_certificate_of_the_engines_authority_is_answered() throws Exception {
        assertThat(engine.secured().engine().image(OwnEngine.IMAGE)).contains(engine.image());
        assertThat(engine.secured().isHere()).isFalse();
        assertThat(engine.secured().isNear()).isTrue();
    }

    @Test
    void who_shows_another_is_not_and_neither_is_another_engine_believed() throws Exception {
        EngineAuthority.make(folder.resolve("other"));
        String at = engine.secured().written();
        EngineFailure unbelieved = refused(new DockerHost(at, folder.resolve("other").toString()));
        assertThat(unbelieved.hint()).contains("of the authority in `ca.pem`");
        // The right authority, and a certificate of another for us.
        Path mixed = Files.createDirectories(folder.resolve("mixed"));
        Files.copy(Path.of(engine.secured().certificates(), "ca.pem"), mixed.resolve("ca.pem"));
        for (String own : new String[] {"cert.pem", "key.pem"}) {
            Files.copy(folder.resolve("other").resolve(own), mixed.resolve(own));
        }
        assertThat(refused(new DockerHost(at, mixed.toString())))
                .hasMessageContaining("cannot be asked");
    }

    @Test
    void a_name_that_is_not_in_its_certificate_is_not_believed() {
        String at = engine.secured().written().replace("localhost", "127.0.0.1");

        assertThat(refused(new DockerHost(at, engine.secured().certificates())).hint())
                .contains("names the host");
    }

    @Test
    void what_lacks_in_the_folder_of_certificates_is_said() throws Exception {
        String at = engine.secured().written();
        assertThat(refused(new DockerHost(at, folder.toString())))
                .hasMessageContaining("`%s` cannot be read".formatted(folder.resolve("ca.pem")));
        EngineAuthority.make(folder.resolve("odd"));
        Path key = folder.resolve("odd/key.pem");
        Files.writeString(key, "nothing");
        assertThat(refused(new DockerHost(at, folder.resolve("odd").toString())))
                .hasMessageContaining("there is no private key in `%s`".formatted(key));
        Files.writeString(
                key, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        assertThat(refused(new DockerHost(at, folder.resolve("odd").toString())))
                .hasMessageContaining("in a form of before PKCS #8");
        assertThatThrownBy(() -> EngineCertificates.in(folder.resolve("none")))
                .hasMessageContaining("cannot be read");
    }
}
