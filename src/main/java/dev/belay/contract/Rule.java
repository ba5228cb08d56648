package dev.belay.contract;

import java.util.Locale;

/// The kinds of differences, and how each is mended so that nobody notices. The manual has the same
/// table.
public enum Rule {
    CONTRACT_REMOVED("keep the file as long as somebody relies on what it says"),
    CONTRACT_KIND("keep the old file beside the new one until nobody relies on it"),
    TOO_LARGE("divide it into several files that say less each"),

    OPERATION_REMOVED("keep it until nobody calls it any more"),
    OPERATION_ADDED(""),
    SERVER_REMOVED("keep the base path, or serve both"),
    PARAMETER_REMOVED("keep it declared as long as it means something"),
    PARAMETER_ADDED(""),
    PARAMETER_REQUIRED("let it be optional, with what was done before as the default"),
    PARAMETER_OPTIONAL(""),
    PARAMETER_CHANGED("take a new name for what is written in another way"),
    BODY_REQUIRED("let the body be optional"),
    BODY_OPTIONAL(""),
    BODY_REMOVED("keep it declared as long as clients send it"),
    BODY_ADDED(""),
    MEDIA_TYPE_REMOVED("offer both until nobody asks for the old one"),
    MEDIA_TYPE_ADDED(""),
    STATUS_REMOVED("keep answering with the status that clients wait for"),
    STATUS_ADDED(""),
    HEADER_REMOVED("keep sending it"),
    HEADER_OPTIONAL("keep sending it always"),
    HEADER_ADDED(""),
    SECURITY_TIGHTENED("accept what was accepted beside what is new"),
    SECURITY_LOOSENED(""),

    OPERATION_SENT_REMOVED("keep sending it until nobody listens any more"),
    MESSAGE_REMOVED("keep it until nobody relies on it"),
    MESSAGE_ADDED(
            "take another channel, or be sure that listeners pass over what they do not know"),
    CONTENT_TYPE("take another channel for another encoding"),
    BINDING_CHANGED("say to those who are connected how to connect from now on"),

    PROPERTY_REMOVED("keep it until nobody relies on it"),
    PROPERTY_ADDED(""),
    PROPERTY_REQUIRED("let it be optional, with what was done before as the default"),
    PROPERTY_OPTIONAL("keep sending it always"),
    TYPE_CHANGED("take a new name for what has another type"),
    TYPE_NARROWED("accept what was accepted"),
    TYPE_WIDENED("send nothing that was not promised, or take a new name for it"),
    VALUE_REMOVED("accept it as long as clients send it"),
    VALUE_ADDED("be sure that clients pass over values that they do not know"),
    LIMIT_NARROWED("accept what was accepted"),
    LIMIT_WIDENED("stay within what was promised"),
    PATTERN_CHANGED("make sure that what was valid still is"),
    FORMAT_CHANGED("take a new name for what is written in another way"),
    EXTRA_REFUSED("pass over what is not known instead of refusing it"),
    EXTRA_ALLOWED("be sure that clients pass over what they do not know"),
    ALTERNATIVE_REMOVED("accept it as long as clients send it"),
    ALTERNATIVE_ADDED("take another operation for it, or a version that clients ask for"),
    DISCRIMINATOR_CHANGED("keep the property by which clients tell the kinds apart"),
    DEFAULT_CHANGED("keep what is meant when nothing is said"),
    NOT_COMPARABLE("look at it: nobody can compare this by rule"),

    PACKAGE_CHANGED("keep the old package beside the new one"),
    SYNTAX_CHANGED("keep the syntax: it decides about presence and unknown values"),
    FILE_OPTION("keep it: generated code moves with it"),
    TYPE_REMOVED("keep it until nobody uses it"),
    TYPE_ADDED(""),
    FIELD_REMOVED("reserve its number and its name"),
    FIELD_ADDED(""),
    FIELD_NUMBER("keep the number; add a field for what is new"),
    FIELD_NAME("keep the name: JSON has it"),
    FIELD_JSON_NAME("keep `json_name`"),
    FIELD_TYPE("add a field with a new number"),
    FIELD_CARDINALITY("add a field with a new number"),
    FIELD_ONEOF("add a field with a new number"),
    FIELD_REQUIRED("let it be optional"),
    RESERVED_REMOVED("keep the reservation: old data have the number"),
    EXTENSIONS_REMOVED("keep the range"),
    ENUM_VALUE_REMOVED("reserve its number and its name"),
    ENUM_VALUE_ADDED("be sure that receivers pass over numbers that they do not know"),
    ENUM_VALUE_NAME("keep the name: JSON has it"),
    METHOD_REMOVED("keep it until nobody calls it any more"),
    METHOD_ADDED(""),
    METHOD_TYPE("add another method"),
    METHOD_STREAMING("add another method"),
    METHOD_IDEMPOTENCY("keep it: clients repeat by it");

    private final String mend;

    Rule(String mend) {
        this.mend = mend;
    }

    /// As it is written in exceptions and in the manual: `operation-removed`.
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// How it is mended; empty where there is nothing to mend.
    public String mend() {
        return mend;
    }
}
