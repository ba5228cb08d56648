package dev.belay.driver.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlSecretTest {
    private static List<String> found(String address) {
        return UrlSecret.of(address).stream().map(one -> one.use(text -> text)).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    postgres://shop:Rk6nW2xq9@db:5432/shop | Rk6nW2xq9
                    redis://:Rk6nW2xq9@cache/0 | Rk6nW2xq9
                    postgres://shop:secret@db/shop | :secret@
                    mongodb://u:Rk6nW2xq9@a:1,b:2/x?authSource=admin | Rk6nW2xq9
                    https://glpat-3nC7Kx9mQw2Lz5Tb@git.example.org/shop.git | glpat-3nC7Kx9mQw2Lz5Tb
                    https://x.blob.core.windows.net/c?sv=2024&sig=a1B2c3D4e5 | a1B2c3D4e5
                    https://s3.example.org/x?X-Amz-Signature=0a1b2c3d4e5f&x=1 | 0a1b2c3d4e5f
                    postgres://db/shop?user=shop&password=Rk6nW2xq9 | Rk6nW2xq9
                    https://hooks.example.org/x?token=word | token=word
                    https://api.example.org/v1?api_key=Rk6nW2xq9#top | Rk6nW2xq9
                    """)
    void what_opens_something_is_found(String address, String secret) {
        assertThat(found(address)).containsExactly(secret);
    }

    @Test
    void a_password_is_masked_as_it_is_written_and_as_it_is_read() {
        assertThat(found("postgres://shop:p%40ss%2Fw0rd+9@db/shop"))
                .containsExactly("p%40ss%2Fw0rd+9", "p@ss/w0rd+9");
        assertThat(found("postgres://shop:50%off-Rk6n@db/shop")).containsExactly("50%off-Rk6n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "just text with a : and an @",
                "https://example.org/a:b@c",
                "postgres://shop@db/shop",
                "https://example.org/x?page=2&sort=name&monkey=banana",
                "sqlite:data/shop.db"
            })
    void what_opens_nothing_is_left_alone(String address) {
        assertThat(found(address)).isEmpty();
    }
}
