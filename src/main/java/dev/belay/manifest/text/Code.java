package dev.belay.manifest.text;

import java.util.Locale;

/// Everything that can be wrong with a manifest. The code is the name in small letters; the meaning
/// stands in the manual.
public enum Code {
    NO_FILE("There is no manifest where one was looked for, or it cannot be read."),
    TOO_LARGE("A file is larger than 256 KiB. A manifest of that size is a mistake or an attack."),
    NOT_UTF_8("A file is not UTF-8 text."),
    CONTROL_CHARACTER("A file holds a character that cannot be seen, such as NUL."),
    SYNTAX("A file is not YAML; nothing after that place could be read."),
    TAB("A line is indented with a tab. YAML indents with blanks."),
    TOO_DEEP("Lists and maps are nested more than 64 deep."),
    TOO_MANY_ALIASES("Aliases make the file stand for more than 200,000 values."),
    UNKNOWN_ALIAS("An alias names an anchor that is not written before it, or that it is part of."),
    TAG("A value carries a YAML tag such as `!!binary`. No key needs one."),
    DUPLICATE_KEY("A key stands twice in one map. Which one counts would be a guess."),
    KEY_NOT_TEXT("A key is a list or a map."),
    MERGE_KEY("`<<` is not part of YAML 1.2; `defaults` say the same for all components."),
    SEVERAL_DOCUMENTS("A file holds more than one document (`---`)."),
    EMPTY("A file holds nothing."),
    UNKNOWN_KEY("A key that nothing reads. Keys of your own start with `x-`."),
    WRONG_TYPE(
            "A value is of another type than its key takes: text for a number, a list for a map."),
    WRONG_VALUE("A value has the right type, but not a form or size that its key takes."),
    NAME("A name is not made of small letters, digits and `-`, starting with a letter."),
    MISSING_KEY("A key that must be there is not."),
    ONE_OF("Of keys that exclude each other there are several, or none."),
    KEY_OF_OTHER_KIND("A key that components of this kind do not have."),
    SHELL_OPERATOR("A command holds what only a shell understands. Commands start without one."),
    QUOTING("A command has a quote that does not end."),
    PATH("A path leaves the manifest's folder."),
    UNKNOWN_REFERENCE("A name that nothing in the manifest has."),
    CYCLE("Things wait for each other, or include each other, in a circle."),
    PORT_TAKEN("Two things want the same port, or an offset moves one out of range."),
    ROUTE_TAKEN("Two components want the same requests of an entrance."),
    NAME_TAKEN("Two things that are referred to by name have the same one."),
    ORDER("`order` and `after` contradict each other, or `order` names a component twice."),
    INCLUDE("An included file cannot be read or holds what only `belay.yaml` may hold."),
    UNKNOWN_ENVIRONMENT("There is no environment of that name."),
    OVERRIDE("A `--set` on the command line is not `path.to.key=value`."),
    SECRET_IN_MANIFEST("A password is written out. It would be in every copy of the repository."),
    PUBLIC_SECRET("A public value is, or may be, a secret. Visitors can read all that is public."),
    BOUNDARY("Copies of data would leave the boundary that the environment declares."),
    NOT_YET("Declared, and understood, but this version of Belay cannot enforce it."),
    ENVIRONMENT_FILE("An environment file cannot be read, or a line of it is not `NAME=value`."),
    VARIABLE_MISSING("A variable that a component needs has no value."),
    VARIABLE_EMPTY("A variable that a component needs has an empty value."),
    VARIABLE_URL("A variable that should hold a URL does not."),
    VARIABLE_PLACEHOLDER("A secret looks as though nobody had filled it in."),
    PATH_MISSING(
            "A folder or file is not there, and nothing that the manifest tells of builds it."),
    CERTIFICATE("An entrance's certificates cannot be used, so nobody could be served with them."),
    PROGRAM_MISSING("This machine lacks a program that a command begins with. Only a warning.");

    private final String meaning;

    Code(String meaning) {
        this.meaning = meaning;
    }

    /// `manifest/unknown-key`.
    public String text() {
        return "manifest/" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// What it means, for the manual.
    public String meaning() {
        return meaning;
    }
}
