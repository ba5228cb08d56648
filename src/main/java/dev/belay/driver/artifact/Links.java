package dev.belay.driver.artifact;

import java.util.ArrayDeque;
import java.util.Deque;

/// Where symbolic links may lead: to something in the same artifact.
final class Links {
    private Links() {}

    /// Whether the link, read as text, never leaves the tree on its way. Other links on the way are
    /// looked at when they are unpacked.
    static boolean stayInside(String link, String to) {
        if (to.isEmpty() || to.startsWith("/") || to.indexOf('\0') >= 0) {
            return false;
        }
        Deque<String> at = new ArrayDeque<>();
        String[] names = link.split("/", -1);
        for (int i = 0; i + 1 < names.length; i++) {
            at.addLast(names[i]);
        }
        for (String name : to.split("/", -1)) {
            if (name.equals("..")) {
                if (at.pollLast() == null) {
                    return false;
                }
            } else if (!name.isEmpty() && !name.equals(".")) {
                at.addLast(name);
            }
        }
        return true;
    }
}
