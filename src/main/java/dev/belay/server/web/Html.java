package dev.belay.server.web;

/// Builds a page of HTML in which every text that is not ours is text and nothing else.
final class Html {
    private final StringBuilder page = new StringBuilder();

    /// Our own markup, as it stands.
    Html raw(String markup) {
        page.append(markup);
        return this;
    }

    /// Somebody's text, escaped; safe between tags and in quoted attributes.
    Html text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> page.append("&amp;");
                case '<' -> page.append("&lt;");
                case '>' -> page.append("&gt;");
                case '"' -> page.append("&quot;");
                case '\'' -> page.append("&#39;");
                default -> page.append(isShown(c) ? c : '\uFFFD');
            }
        }
        return this;
    }

    /// An element that holds somebody's text. Tag and class are ours.
    Html element(String tag, String style, String text) {
        return raw("<" + tag + " class=\"" + style + "\">").text(text).raw("</" + tag + ">");
    }

    /// Somebody's address: a link only when it leads to the web, else text.
    Html link(String address) {
        boolean web = address.startsWith("https://") || address.startsWith("http://");
        if (!web) {
            return text(address);
        }
        return raw("<a rel=\"noreferrer noopener\" href=\"")
                .text(address)
                .raw("\">")
                .text(address)
                .raw("</a>");
    }

    private static boolean isShown(char c) {
        return c == '\n'
                || c == '\t'
                || (Character.getType(c) != Character.CONTROL
                        && Character.getType(c) != Character.FORMAT);
    }

    @Override
    public String toString() {
        return page.toString();
    }
}
