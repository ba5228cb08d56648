package dev.belay.driver.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class RedactorTest {
    private static final String SECRET = "pa\"ss/w\\rd+ü &1";

    private final Redactor redactor = new Redactor();

    @Test
    void every_form_a_secret_travels_in_is_masked() {
        redactor.register(new Secret(SECRET));
        byte[] bytes = SECRET.getBytes(StandardCharsets.UTF_8);
        String url = URLEncoder.encode(SECRET, StandardCharsets.UTF_8);
        List<String> forms =
                List.of(
                        SECRET,
                        Base64.getEncoder().encodeToString(bytes),
                        Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
                        url,
                        url.toLowerCase(Locale.ROOT),
                        url.replace("+", "%20"),
                        "pa\\\"ss/w\\\\rd+ü &1",
                        "pa\\\"ss\\/w\\\\rd+ü &1",
                        "pa\\\"ss/w\\\\rd+\\u00fc &1",
                        "pa\\\"ss\\/w\\\\rd+\\u00FC &1",
                        "pa&quot;ss/w\\rd+ü &amp;1",
                        HexFormat.of().formatHex(bytes),
                        HexFormat.of().withUpperCase().formatHex(bytes));
        for (String form : forms) {
            assertThat(redactor.redact("a " + form + " b")).as(form).isEqualTo("a *** b");
        }
    }

    @Test
    void a_secret_inside_a_longer_base64_text_is_masked() {
        redactor.register(new Secret("correct horse battery"));
        for (String before : List.of("", "u", "us", "use", "user:")) {
            String text = before + "correct horse battery" + "!?";
            String encoded =
                    Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));

            String masked = redactor.redact("Authorization: Basic " + encoded);

            assertThat(masked).as(before).contains("***");
            String rest = masked.replace("Authorization: Basic ", "").replace("***", "");
            assertThat(rest.length()).as(before).isLessThanOrEqualTo(16);
        }
    }

    @Test
    void where_a_text_is_cut_makes_no_difference() {
        redactor.register(
                List.of(new Secret("hunter22"), new Secret("hunter"), new Secret("2abc")));
        var pieces = List.of("hun", "hunter", "hunter22", "ter22", "2abc", "x", "h", "22", " ");
        Choices.forAll(
                500,
                choices -> {
                    var text = new StringBuilder();
                    for (int i = choices.between(1, 8); i > 0; i--) {
                        text.append(choices.oneOf(pieces));
                    }
                    var stream = redactor.stream();
                    var streamed = new StringBuilder();
                    int at = 0;
                    while (at < text.length()) {
                        int end = Math.min(text.length(), at + choices.between(1, 5));
                        streamed.append(stream.push(text.substring(at, end)));
                        at = end;
                    }
                    streamed.append(stream.finish());

                    assertThat(streamed.toString())
                            .isEqualTo(redactor.redact(text.toString()))
                            .doesNotContain("hunter");
                });
    }

    @Test
    void a_stream_holds_back_no_more_than_it_must() {
        redactor.register(new Secret("hunter22"));
        var stream = redactor.stream();

        assertThat(stream.push("the hunt")).isEqualTo("the ");
        assertThat(stream.push("ing season")).isEqualTo("hunting season");
        assertThat(stream.finish()).isEmpty();
    }

    @Test
    void the_lines_of_a_key_are_masked_one_by_one() {
        redactor.register(new Secret("-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nshort\n"));

        assertThat(redactor.redact("line: MIIEvQIBADANBgkq")).isEqualTo("line: ***");
        assertThat(redactor.redact("short")).isEqualTo("short");
    }

    @Test
    void a_very_short_secret_does_not_make_holes_everywhere() {
        redactor.register(new Secret("1"));

        assertThat(redactor.redact("status 1")).isEqualTo("status 1");
    }
}
