package dev.belay.driver.scan;

/// Private keys in PEM, also within a string with `\n`. A beginning without a key, as programs have
/// it that read keys, is none.
final class PrivateKeys implements Detector {
    private static final String BEGIN = "-----BEGIN ";
    private static final int LABEL_MAX = 40;
    private static final int MATERIAL = 64;
    private static final double RANDOM = 3.5;

    @Override
    public int[] triggers() {
        return new int[] {Detector.pair('-', '-')};
    }

    @Override
    public void look(Content content, int at, Finds finds) {
        if (!content.startsWith(BEGIN, at)) {
            return;
        }
        String label = content.text(at + BEGIN.length(), at + BEGIN.length() + LABEL_MAX);
        int end = label.indexOf("-----");
        if (end < 0) {
            return;
        }
        String kind = label.substring(0, end);
        boolean ours = kind.endsWith("PRIVATE KEY") || kind.equals("PGP PRIVATE KEY BLOCK");
        if (ours && hasKey(content, at + BEGIN.length() + end + "-----".length())) {
            finds.found(at, "private-key", Leak.Kind.FORMAT, "a `" + kind + "`");
        }
    }

    private static boolean hasKey(Content content, int from) {
        var material = new StringBuilder();
        int to = Math.min(content.length(), from + Content.LOOK);
        for (int i = from; i < to && material.length() < MATERIAL; i++) {
            int c = content.at(i);
            boolean escape = c == '\\' && "nrt".indexOf(content.at(i + 1)) >= 0;
            if (escape) {
                i++;
            } else if (c == '-' && content.at(i + 1) == '-') {
                break;
            } else if (Letters.isAlphanumeric(c) || c == '/' || c == '=' || c == '+') {
                material.append((char) c);
            } else if (c > ' ' && c != '"' && c != '\'' && c != ',' && c != '|') {
                // A header such as `Proc-Type:`, or no key at all.
                material.setLength(0);
            }
        }
        return material.length() >= MATERIAL && Letters.entropy(material.toString()) >= RANDOM;
    }
}
