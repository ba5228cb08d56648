package dev.belay.server.text;

import dev.belay.server.people.PersonView;
import dev.belay.server.people.SelfView;
import dev.belay.server.people.TokenDesk;
import dev.belay.server.people.TokenView;
import java.util.List;

/// People and tokens, a line each.
public final class PeopleText {
    private PeopleText() {}

    /// Everybody, with what they may do.
    public static String people(List<PersonView> people, boolean colour) {
        var paint = new Paint(colour);
        int width = people.stream().mapToInt(one -> one.name().length()).max().orElse(0);
        var text = new StringBuilder();
        for (PersonView one : people) {
            text.append(paint.bold(one.name()))
                    .append(" ".repeat(width - one.name().length() + 2))
                    .append(one.roles().isEmpty() ? "no role" : String.join(", ", one.roles()));
            switch (one.state()) {
                case "active" -> text.append(paint.dim("  " + tokens(one.tokens())));
                case "owner" -> text.append(paint.dim("  owns the state folder"));
                default -> text.append("  ").append(paint.bad(one.state()));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String tokens(int number) {
        return number == 0 ? "no token" : number == 1 ? "1 token" : number + " tokens";
    }

    /// Tokens, without anything that opens.
    public static String tokens(List<TokenView> tokens, long now, boolean colour) {
        var paint = new Paint(colour);
        var text = new StringBuilder();
        for (TokenView one : tokens) {
            text.append(one.id())
                    .append("  ")
                    .append(paint.bold(one.owner() + "/" + one.name()))
                    .append("  ")
                    .append(state(one, now, paint))
                    .append(
                            one.scopes().isEmpty()
                                    ? ""
                                    : "  only " + String.join(", ", one.scopes()))
                    .append(paint.dim("  made by " + one.madeBy()))
                    .append(paint.dim(", " + Ages.of(now - one.madeAt()) + " ago"))
                    .append('\n');
        }
        return text.isEmpty() ? "there is no token\n" : text.toString();
    }

    private static String state(TokenView one, long now, Paint paint) {
        return one.state().equals("valid")
                ? paint.good("valid") + " for " + Ages.of(one.expiresAt() - now)
                : paint.bad(one.state());
    }

    /// A new token, shown once: first a line with nothing but it, so that it can be cut off.
    public static String made(TokenDesk.Made made, long now, boolean colour) {
        return made.secret()
                + "\n"
                + new Paint(colour).dim("it is shown this once; what is kept is a hash of it")
                + "\n"
                + tokens(List.of(made.token()), now, colour);
    }

    /// Who asks.
    public static String self(SelfView self, long now, boolean colour) {
        var paint = new Paint(colour);
        var text = new StringBuilder(paint.bold(self.name()));
        if (self.token().isEmpty()) {
            text.append(", who owns the state folder, by its file `token`\n");
        } else {
            text.append(" by token `")
                    .append(self.token())
                    .append("`, which expires in ")
                    .append(Ages.of(self.expiresAt() - now))
                    .append('\n');
        }
        text.append("  ")
                .append(self.roles().isEmpty() ? "no role" : String.join(", ", self.roles()))
                .append('\n');
        if (!self.scopes().isEmpty()) {
            text.append("  of that only ").append(String.join(", ", self.scopes())).append('\n');
        }
        return text.toString();
    }
}
