package dev.belay.release;

/// A pattern of paths: `*` stands for anything within a name, `**` for any number of folders and
/// names, `?` for one character. It takes time in proportion to pattern and path, whatever they
/// are.
public record PathPattern(String pattern) {
    /// Whether a path goes with it.
    public boolean matches(String path) {
        // A folder stands for all that is in it; `**/` for no folder, too.
        String wanted = pattern.endsWith("/") ? pattern + "**" : pattern;
        boolean[] now = new boolean[path.length() + 1];
        now[0] = true;
        int i = 0;
        while (i < wanted.length()) {
            boolean deep = wanted.startsWith("**", i);
            boolean folders =
                    wanted.startsWith("**/", i) && (i == 0 || wanted.charAt(i - 1) == '/');
            now = step(now, path, wanted.charAt(i), deep, folders);
            i += folders ? 3 : deep ? 2 : 1;
        }
        return now[path.length()];
    }

    /// Where one could be after one more part of the pattern.
    private static boolean[] step(
            boolean[] before, String path, char part, boolean deep, boolean folders) {
        boolean[] after = new boolean[before.length];
        boolean open = false;
        for (int at = 0; at <= path.length(); at++) {
            char last = at == 0 ? '/' : path.charAt(at - 1);
            if (folders) {
                after[at] = before[at] || (open && last == '/');
                open |= before[at];
            } else if (part == '*') {
                open = before[at] || (open && at > 0 && (deep || last != '/'));
                after[at] = open;
            } else {
                boolean fits = at > 0 && (part == '?' ? last != '/' : part == last);
                after[at] = fits && before[at - 1];
            }
        }
        return after;
    }
}
