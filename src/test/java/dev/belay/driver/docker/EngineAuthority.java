package dev.belay.driver.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An authority of a test's own, with a certificate for an engine at `localhost` and one for
/// whoever asks it, under the names that `docker --tlsverify` reads.
final class EngineAuthority {
    private EngineAuthority() {}

    static void make(Path folder) throws Exception {
        Files.createDirectories(folder);
        openssl(
                folder,
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
                        + " -subj /CN=authority -keyout ca-key.pem -out ca.pem");
        sign(folder, "server", "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n");
        sign(folder, "client", "extendedKeyUsage=clientAuth\n");
        Files.copy(folder.resolve("client.pem"), folder.resolve("cert.pem"));
        Files.copy(folder.resolve("client-key.pem"), folder.resolve("key.pem"));
    }

    private static void sign(Path folder, String name, String extensions) throws Exception {
        Files.writeString(folder.resolve(name + ".ext"), extensions);
        openssl(
                folder,
                ("req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=%s"
                                + " -keyout %s-key.pem -out %s.csr")
                        .formatted(name, name, name));
        openssl(
                folder,
                ("x509 -req -in %s.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2"
                                + " -extfile %s.ext -out %s.pem")
                        .formatted(name, name, name));
    }

    private static void openssl(Path folder, String arguments) throws Exception {
        var command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ", -1)));
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
