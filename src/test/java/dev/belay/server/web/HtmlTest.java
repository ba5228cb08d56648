package dev.belay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "\" onmouseover=\"alert(1)",
                "' onfocus='alert(1)",
                "</span><svg/onload=alert(1)>",
                "<!--",
                "\u202e\u0000<\u200bscript>"
            })
    void what_somebody_wrote_is_text_wherever_it_stands(String text) {
        String page =
                new Html()
                        .element("span", "who", text)
                        .raw("<a title=\"")
                        .text(text)
                        .raw("\">")
                        .link("https://example.org/" + text)
                        .raw("</a>")
                        .toString();
        String ours = page.replaceAll("&[a-z#0-9]+;", "");
        assertThat(ours.replaceAll("</?(span|a)( (class|title|rel|href)=\"[^\"<>]*\")*>", ""))
                .doesNotContain("<", ">", "\"", "'", "\u202e", "\u0000", "\u200b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "javascript:alert(1)",
                "JavaScript:alert(1)",
                " javascript:alert(1)",
                "java\nscript:alert(1)",
                "data:text/html,<script>alert(1)</script>",
                "vbscript:x",
                "file:///etc/passwd",
                "//evil.example/x",
                "mailto:a@b.example",
                "HTTPS://example.org"
            })
    void a_link_leads_to_the_web_or_is_text(String address) {
        assertThat(new Html().link(address).toString()).doesNotContain("href", "<");
        assertThat(new Html().link("https://example.org/a").toString())
                .contains("href=\"https://example.org/a\"");
    }
}
