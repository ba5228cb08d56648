import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Asks for a greeting every two seconds and writes it down: `belay logs local worker -f`. */
public class Worker {
    public static void main(String[] args) throws InterruptedException {
        var client = HttpClient.newHttpClient();
        var request = HttpRequest.newBuilder(URI.create(System.getenv("API") + "/greeting"))
                .timeout(Duration.ofSeconds(2))
                .build();
        while (true) {
            try {
                System.out.println(client.send(request, BodyHandlers.ofString()).body());
            } catch (java.io.IOException e) {
                System.out.println("no greeting: " + e);
            }
            Thread.sleep(2000);
        }
    }
}
