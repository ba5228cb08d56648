import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Executors;

/** Greets. Change a line, run `belay deploy local`, and watch. */
public class Api {
    static final String VERSION = "1";
    static final Map<String, String> GREETINGS = Map.of("en", "Hello", "no", "Hei");

    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv("PORT"));
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newFixedThreadPool(16));
        server.createContext("/health", exchange -> answer(exchange, 200, "{\"ok\": true}"));
        server.createContext("/greeting", Api::greeting);
        server.start();
        System.out.println("version " + VERSION + " listens on " + port);
    }

    static void greeting(HttpExchange exchange) throws IOException {
        try {
            answer(
                    exchange,
                    200,
                    "{\"version\": \"" + VERSION + "\", \"greeting\": \"" + greeting("en") + "\"}");
        } catch (RuntimeException e) {
            System.out.println("cannot greet: " + e);
            answer(exchange, 500, "{\"error\": \"see the log\"}");
        }
    }

    static String greeting(String language) {
        return GREETINGS.get(language).strip();
    }

    static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
