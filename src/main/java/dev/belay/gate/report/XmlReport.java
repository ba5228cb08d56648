package dev.belay.gate.report;

import java.io.StringReader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/// XML as a stream of elements. Nothing outside of the text is looked at, and nothing in it stands
/// for more than itself: a document type is passed over when it declares nothing, and refused when
/// it does.
final class XmlReport {
    private static final int DEPTH_MAX = 64;
    private static final int ELEMENTS_MAX = 2_000_000;
    private static final int ATTRIBUTES_MAX = 100;

    /// JaCoCo and Cobertura name a document type. It cannot have a part of its own: that has `[`.
    /// Blanks are taken once, so that many of them are not tried in every way.
    private static final Pattern DOCTYPE =
            Pattern.compile("<!DOCTYPE\\s++[^<>\\[\\]]{0,500}>", Pattern.CASE_INSENSITIVE);

    private static final XMLInputFactory FACTORY = factory();

    private XmlReport() {}

    /// What is made of an element. Its depth is 1 for the root.
    interface Visitor {
        void start(String name, Attributes attributes, int depth) throws Unreadable;

        /// Where it ends; most do not care.
        default void end(String name, int depth) throws Unreadable {}
    }

    /// The attributes of the element that is being looked at.
    record Attributes(XMLStreamReader at) {
        boolean has(String name) {
            return value(name) != null;
        }

        /// Empty when it is not there.
        String text(String name) {
            String value = value(name);
            return value == null ? "" : value;
        }

        private @Nullable String value(String name) {
            for (int i = 0; i < at.getAttributeCount(); i++) {
                if (at.getAttributeLocalName(i).equals(name)) {
                    return at.getAttributeValue(i);
                }
            }
            return null;
        }

        /// A whole number of at least 0; 0 when it is not there.
        double count(String name) throws Unreadable {
            String value = value(name);
            if (value == null || value.isBlank()) {
                return 0;
            }
            if (!value.strip().matches("[0-9]{1,12}")) {
                throw new Unreadable(
                        "has `%s=\"%s\"`, which is no count".formatted(name, brief(value)), "");
            }
            return Double.parseDouble(value.strip());
        }

        double number(String name) throws Unreadable {
            try {
                double number = Double.parseDouble(text(name).strip());
                if (Double.isFinite(number)) {
                    return number;
                }
            } catch (NumberFormatException _) {
                // Said below, as for what is not finite.
            }
            throw new Unreadable(
                    "has `%s=\"%s\"`, which is no number".formatted(name, brief(text(name))), "");
        }
    }

    static String brief(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }

    /// The name of the first element.
    static String root(String text) throws Unreadable {
        var found = new String[] {""};
        try {
            read(
                    text,
                    (name, attributes, depth) -> {
                        found[0] = name;
                        throw new Found();
                    });
        } catch (Found _) {
            return found[0];
        }
        throw new Unreadable("has no element", "");
    }

    private static final class Found extends RuntimeException {
        Found() {
            super("", null, false, false);
        }
    }

    static void read(String text, Visitor visitor) throws Unreadable {
        XMLStreamReader in = null;
        try {
            in = FACTORY.createXMLStreamReader(new StringReader(withoutDoctype(text)));
            walk(in, visitor);
        } catch (XMLStreamException e) {
            throw new Unreadable(
                    "is no XML that ends as it should, at line %d: it was cut off, or written by hand"
                            .formatted(
                                    e.getLocation() == null ? 0 : e.getLocation().getLineNumber()),
                    "let the tool write it anew");
        } finally {
            close(in);
        }
    }

    private static void close(@Nullable XMLStreamReader in) {
        try {
            if (in != null) {
                in.close();
            }
        } catch (XMLStreamException _) {
            // It read from memory: there is nothing to be let go of.
        }
    }

    private static void walk(XMLStreamReader in, Visitor visitor)
            throws XMLStreamException, Unreadable {
        int depth = 0;
        int elements = 0;
        while (in.hasNext()) {
            int event = in.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                depth++;
                elements++;
                if (depth > DEPTH_MAX || elements > ELEMENTS_MAX) {
                    throw new Unreadable("has more elements, or deeper ones, than any report", "");
                }
                if (in.getAttributeCount() > ATTRIBUTES_MAX) {
                    throw new Unreadable("has an element with more attributes than any report", "");
                }
                visitor.start(in.getLocalName(), new Attributes(in), depth);
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                visitor.end(in.getLocalName(), depth);
                depth--;
            } else if (event == XMLStreamConstants.DTD
                    || event == XMLStreamConstants.ENTITY_REFERENCE) {
                throw declares();
            }
        }
    }

    private static Unreadable declares() {
        return new Unreadable(
                "declares entities or a document type of its own, which no tool's report does",
                "have it written without");
    }

    private static String withoutDoctype(String text) throws Unreadable {
        if (!contains(text, "<!DOCTYPE") && !contains(text, "<!ENTITY")) {
            return text;
        }
        Matcher doctype = DOCTYPE.matcher(text);
        String rest = doctype.find() ? doctype.replaceFirst("") : text;
        // Text may speak of it: what is no markup is escaped, or stands in CDATA.
        int root = firstElement(rest);
        if (contains(rest.substring(0, root), "<!DOCTYPE")
                || contains(rest.substring(0, root), "<!ENTITY")) {
            throw declares();
        }
        return rest;
    }

    private static int firstElement(String text) {
        Matcher element = Pattern.compile("<[A-Za-z_]").matcher(text);
        return element.find() ? element.start() : text.length();
    }

    private static boolean contains(String text, String word) {
        int last = text.length() - word.length();
        for (int at = text.indexOf("<!"); at >= 0 && at <= last; at = text.indexOf("<!", at + 2)) {
            if (text.regionMatches(true, at, word, 0, word.length())) {
                return true;
            }
        }
        return false;
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("nothing outside is read");
        });
        return factory;
    }
}
