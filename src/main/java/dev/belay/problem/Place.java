package dev.belay.problem;

/// Where a problem is: in a line of a file that can be shown, or in something without lines such as
/// a flag or a request.
public sealed interface Place {
    /// In a file; `text` is the whole line, for showing it with a caret below. A password in an
    /// address in it is shown to nobody, and takes the same room.
    record Line(Span span, String text) implements Place {
        public Line {
            text = withoutPasswords(text);
        }

        private static String withoutPasswords(String line) {
            int scheme = line.indexOf("://");
            if (scheme < 0) {
                return line;
            }
            var shown = new StringBuilder(line);
            while (scheme >= 0) {
                int colon = -1;
                int at = scheme + 3;
                while (at < line.length() && "/ \t\"'`@".indexOf(line.charAt(at)) < 0) {
                    colon = colon < 0 && line.charAt(at) == ':' ? at : colon;
                    at++;
                }
                boolean user = at < line.length() && line.charAt(at) == '@' && colon >= 0;
                if (user && !line.startsWith("${", colon + 1)) {
                    for (int i = colon + 1; i < at; i++) {
                        shown.setCharAt(i, '*');
                    }
                }
                scheme = line.indexOf("://", at);
            }
            return shown.toString();
        }
    }

    /// In a thing that is named in words: ``"flag `--only`"``.
    record Named(String what) implements Place {}
}
