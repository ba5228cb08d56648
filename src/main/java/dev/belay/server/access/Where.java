package dev.belay.server.access;

/// How a request says which environment it is about.
public enum Where {
    /// It is nobody's: whoever reaches the port may ask.
    PUBLIC("nobody needs to be known"),

    /// It is about whoever asks, who must be known.
    SELF("whoever is known"),

    /// It belongs to no environment, and so to all of them.
    EVERYWHERE("all environments"),

    /// It shows what is allowed of all environments; one must be.
    SOMEWHERE("those that he may see"),

    /// `{env}` of the path.
    PATH("`{env}`"),

    /// `{env}` of the path, and parameter `with` beside it, where there is one.
    PAIR("`{env}` and `with`"),

    /// What the release `{id}` of the path is in, by its id.
    RELEASE("the release's"),

    /// Field `environment` of the body; all of them when it may be left out, and is.
    BODY("`environment`"),

    /// Parameter `environment`; as [#SOMEWHERE] without it.
    QUERY("`environment`, or those that he may see");

    private final String words;

    Where(String words) {
        this.words = words;
    }

    /// As the manual says it.
    public String words() {
        return words;
    }
}
