package dev.belay.journal.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedNoteTest {
    /// The example of golang.org/x/mod/sumdb/note.
    private static final String KEY =
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    private static final String SIGNER =
            "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    private static final String TEXT =
            """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.
            """;
    private static final String NOTE =
            TEXT
                    + "\n— PeterNeumann"
                    + " x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    @Test
    void a_note_that_go_signed_is_verified_and_signed_alike() throws NotANote {
        NoteKey key = NoteKey.parse(KEY);
        assertThat(key.written()).isEqualTo(KEY);
        assertThat(key.signed(SignedNote.parse(NOTE))).isTrue();
        NoteSigner signer = NoteSigner.parse(SIGNER + "\n" + KEY + "\n");
        assertThat(signer.sign(TEXT).written()).isEqualTo(NOTE);
        assertThat(signer.written()).isEqualTo(SIGNER + "\n" + KEY + "\n");
    }

    @Test
    void a_changed_text_and_another_key_are_not_signed() throws NotANote {
        NoteKey key = NoteKey.parse(KEY);
        assertThat(key.signed(SignedNote.parse(NOTE.replace("then", "than")))).isFalse();
        NoteSigner other = NoteSigner.random("PeterNeumann");
        assertThat(key.signed(other.sign(TEXT))).isFalse();
        assertThat(other.publicKey().signed(other.sign(TEXT))).isTrue();
        // The other's signature under the first one's id.
        String[] parts = other.sign(TEXT).written().split(" ", -1);
        byte[] swapped = java.util.Base64.getDecoder().decode(parts[parts.length - 1].strip());
        System.arraycopy(
                java.nio.ByteBuffer.allocate(4).putInt(key.id()).array(), 0, swapped, 0, 4);
        String forged =
                TEXT
                        + "\n— PeterNeumann "
                        + java.util.Base64.getEncoder().encodeToString(swapped)
                        + "\n";
        assertThat(key.signed(SignedNote.parse(forged))).isFalse();
    }

    @Test
    void a_second_signature_does_no_harm() throws NotANote {
        NoteSigner witness = NoteSigner.random("witness.example");
        String both = NOTE + witness.sign(TEXT).written().substring(TEXT.length() + 1);
        assertThat(NoteKey.parse(KEY).signed(SignedNote.parse(both))).isTrue();
        assertThat(witness.publicKey().signed(SignedNote.parse(both))).isTrue();
        assertThat(SignedNote.parse(both).written()).isEqualTo(both);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text\n",
                "text\n\n",
                "text\n\n— name\n",
                "text\n\n— name !!!\n",
                "text\n\n— name AAAA\n",
                "text\n\n- name AAAAAAAA\n",
                "text\n\n— na+me AAAAAAAA\n",
                "text\n\n— name AAAAAAAA",
                "te\u0000xt\n\n— name AAAAAAAA\n",
            })
    void what_is_no_note_is_refused(String written) {
        assertThatThrownBy(() -> SignedNote.parse(written)).isInstanceOf(NotANote.class);
    }

    @Test
    void a_note_without_end_is_refused() {
        assertThatThrownBy(() -> SignedNote.parse("x\n".repeat(1 << 20)))
                .hasMessageContaining("longer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "PeterNeumann",
                "PeterNeumann+c74f20a3",
                "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX",
                "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10",
                "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            })
    void what_is_no_key_is_refused(String written) {
        assertThatThrownBy(() -> NoteKey.parse(written)).isInstanceOf(NotANote.class);
    }

    @Test
    void halves_of_two_keys_do_not_sign() {
        String one = NoteSigner.random("a").written();
        String two = NoteSigner.random("a").written();
        String mixed = one.lines().toList().getFirst() + "\n" + two.lines().toList().get(1) + "\n";
        assertThatThrownBy(() -> NoteSigner.parse(mixed)).isInstanceOf(NotANote.class);
        assertThatThrownBy(() -> NoteSigner.parse("")).isInstanceOf(NotANote.class);
    }

    @Test
    void a_checkpoint_is_read_as_it_was_written() throws NotANote {
        var checkpoint = new Checkpoint("belay/1f", 109_482, "ab".repeat(32));
        NoteSigner signer = NoteSigner.random("belay/1f");
        SignedNote note = SignedNote.parse(signer.sign(checkpoint.text()).written());
        assertThat(Checkpoint.of(note)).isEqualTo(checkpoint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "belay\n1\n",
                "belay\n-1\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n",
                "belay\n01\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n",
                "belay\n99999999999999999999\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n",
                "belay\n1\nq6ur\n",
                "belay\n1\n****\n",
                "\n1\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n",
            })
    void what_is_no_checkpoint_is_refused(String text) {
        SignedNote note = NoteSigner.random("belay").sign(text);
        assertThatThrownBy(() -> Checkpoint.of(note)).isInstanceOf(NotANote.class);
    }
}
