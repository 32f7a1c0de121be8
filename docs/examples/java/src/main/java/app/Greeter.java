package app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A business service that greets its caller: mvn -q compile exec:java */
public final class Greeter {
  public static void main(String[] args) throws IOException {
    var address = System.getenv().getOrDefault("SESSION_SERVICE", "127.0.0.1:50051");
    var callers = new Callers(ManagedChannelBuilder.forTarget(address).usePlaintext().build());
    var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 3002), 0);
    server.createContext("/", exchange -> greet(exchange, callers));
    server.start();
    System.out.println("http://127.0.0.1:3002");
  }

  private static void greet(HttpExchange exchange, Callers callers) throws IOException {
    try {
      var who = callers.caller(exchange.getRequestHeaders().getFirst("Authorization"));
      send(exchange, 200, "{\"hello\":\"%s\",\"openid\":\"%s\"}".formatted(who.getUserId(), who.getOpenid()));
    } catch (Callers.LoggedOut over) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      send(exchange, 401, "{\"code\":\"%s\"}".formatted(over.getMessage().toLowerCase(Locale.ROOT)));
    } catch (Callers.CannotTell unknown) {
      exchange.getResponseHeaders().set("Retry-After", "2");
      send(exchange, 503, "{\"code\":\"store_unavailable\"}");
    }
  }

  private static void send(HttpExchange exchange, int status, String json) throws IOException {
    var body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
