package dev.belay.release;

/// Who did something, and how they proved it: `anna` by `token-file`, `anna/laptop` by `token`.
///
/// @param subject the person, and behind a slash the name of the token that was shown, if any
public record Actor(String subject, String authentication) {
    /// Belay itself, when nobody asked.
    public static final Actor ENGINE = new Actor("belay", "engine");

    /// A person who showed one of their API tokens.
    public static Actor withToken(String person, String token) {
        return new Actor(person + "/" + token, "token");
    }

    /// The person, whichever token was shown: who must be another one is compared by this.
    public String person() {
        return personOf(subject);
    }

    /// The person of a subject that was written down.
    public static String personOf(String subject) {
        int slash = subject.indexOf('/');
        return slash < 0 ? subject : subject.substring(0, slash);
    }
}
