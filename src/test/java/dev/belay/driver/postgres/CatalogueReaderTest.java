package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.schema.Catalogue;
import dev.belay.schema.CatalogueDiff;
import dev.belay.schema.Change;
import dev.belay.schema.Kind;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueReaderTest {
    private static final List<String> ROLES = List.of("app");

    @TempDir private static Path temp;
    private static ScratchCluster cluster;
    private static int made;

    @BeforeAll
    static void a_rich_database() throws Exception {
        cluster = Databases.cluster(temp);
        Databases.run(cluster.address("postgres"), "CREATE ROLE app", "CREATE DATABASE rich");
        Databases.script(cluster, "rich", "rich.sql");
    }

    @AfterAll
    static void ends() {
        cluster.close();
    }

    private static Catalogue read(PostgresAddress address) throws Exception {
        try (var connection = address.connect("belay/test")) {
            return CatalogueReader.read(connection, ROLES);
        }
    }

    private static PostgresAddress copy() throws Exception {
        String name = "copy" + ++made;
        Databases.run(cluster.address("postgres"), "CREATE DATABASE " + name + " TEMPLATE rich");
        return cluster.address(name);
    }

    @Test
    void a_restored_copy_has_the_same_catalogue_and_other_numbers() throws Exception {
        Catalogue source = read(cluster.address("rich"));
        assertThat(source.objects().stream().map(one -> one.kind()).collect(Collectors.toSet()))
                .containsAll(
                        EnumSet.complementOf(
                                EnumSet.of(Kind.CAST, Kind.FOREIGN_TABLE, Kind.SETTING)));
        String file = temp.resolve("rich.dump").toString();
        Databases.call(cluster, cluster.address("rich"), "pg_dump", "-Fc", "-f", file);
        Databases.run(
                cluster.address("postgres"),
                "CREATE DATABASE restored TEMPLATE template0",
                "COMMENT ON DATABASE restored IS 'moves the numbers on'");
        Databases.run(
                cluster.address("restored"), "CREATE TABLE spare (a int)", "DROP TABLE spare");
        Databases.call(
                cluster,
                cluster.address("restored"),
                "pg_restore",
                "--exit-on-error",
                "-d",
                "restored",
                file);
        Catalogue restored = read(cluster.address("restored"));
        assertThat(CatalogueDiff.between("source", source, "copy", restored).sentences()).isEmpty();
        assertThat(restored.fingerprint()).isEqualTo(source.fingerprint());
        assertThat(restored.objects()).hasSameSizeAs(source.objects());
        assertThat(restored.relation("shop.orders").orElseThrow().identity())
                .isNotEqualTo(source.relation("shop.orders").orElseThrow().identity());
    }

    /// What a comparison of row counts or of names would miss.
    @Test
    void nothing_that_a_copy_may_lose_is_overlooked() throws Exception {
        Catalogue source = read(cluster.address("rich"));
        for (String loss :
                List.of(
                        "REVOKE INSERT ON shop.orders FROM app",
                        "REVOKE UPDATE (name) ON shop.customers FROM app",
                        "ALTER TABLE shop.customers DISABLE ROW LEVEL SECURITY",
                        "ALTER POLICY own ON shop.customers USING (true)",
                        "ALTER TABLE shop.orders VALIDATE CONSTRAINT cheap",
                        "ALTER TABLE shop.customers ENABLE TRIGGER touch",
                        "ALTER TABLE shop.orders ALTER note TYPE varchar(41)",
                        "ALTER TABLE shop.customers ALTER name SET STATISTICS 100",
                        "COMMENT ON COLUMN shop.customers.name IS 'other'",
                        "ALTER SEQUENCE shop.numbers INCREMENT 1",
                        "ALTER TYPE shop.state ADD VALUE 'lost' BEFORE 'sent'",
                        "ALTER DOMAIN shop.amount DROP CONSTRAINT positive",
                        "ALTER PUBLICATION changes DROP TABLE shop.orders",
                        "ALTER FUNCTION shop.double(int) VOLATILE",
                        "ALTER DEFAULT PRIVILEGES IN SCHEMA shop REVOKE SELECT ON TABLES FROM app",
                        "DROP RULE quiet ON shop.orders",
                        "DROP AGGREGATE shop.total(int)",
                        "DROP STATISTICS shop.both",
                        "ALTER TABLE shop.orders OWNER TO app")) {
            PostgresAddress copy = copy();
            Databases.run(copy, loss);
            Catalogue other = read(copy);
            assertThat(other.fingerprint()).as(loss).isNotEqualTo(source.fingerprint());
            assertThat(CatalogueDiff.within(source, other).changes()).as(loss).isNotEmpty();
        }
    }

    @Test
    void a_rename_is_one_change_whatever_names_it() throws Exception {
        Catalogue source = read(cluster.address("rich"));
        PostgresAddress copy = copy();
        Databases.run(copy, "ALTER TABLE shop.customers RENAME TO clients");
        assertThat(CatalogueDiff.within(source, read(copy)).sentences())
                .containsExactly(
                        "table `shop.customers` is `shop.clients` in after",
                        "comment `column name of table shop.customers` is `column name of table shop.clients` in after");
        Databases.run(copy, "ALTER TABLE shop.clients RENAME name TO title");
        Databases.run(copy, "ALTER SCHEMA shop RENAME TO store");
        assertThat(CatalogueDiff.within(source, read(copy)).changes())
                .filteredOn(change -> change.subject().kind() != Kind.COMMENT)
                .allMatch(change ->
                        change instanceof Change.Renamed renamed && renamed.facets().isEmpty())
                .extracting(change -> change.subject().name())
                .containsExactlyInAnyOrder("shop", "shop.customers", "shop.customers.name");
    }

    @Test
    void what_was_made_again_is_told_from_what_stayed() throws Exception {
        Catalogue source = read(cluster.address("rich"));
        PostgresAddress copy = copy();
        Databases.run(
                copy,
                "DROP VIEW shop.rich",
                "CREATE VIEW shop.rich WITH (security_barrier) AS SELECT id, name FROM shop.customers WHERE credit > 10");
        assertThat(CatalogueDiff.within(source, read(copy)).changes())
                .filteredOn(change -> change.subject().kind() == Kind.VIEW)
                .singleElement()
                .isInstanceOfSatisfying(
                        Change.Recreated.class,
                        change -> {
                            assertThat(change.facets())
                                    .extracting(Change.Facet::name)
                                    .containsExactly("acl");
                            assertThat(change.before().factList("may:app"))
                                    .containsExactly("SELECT", "DELETE");
                        });
    }

    @Test
    void it_knows_where_sequences_stand_and_who_may_what() throws Exception {
        Catalogue source = read(cluster.address("rich"));
        var serial = source.named(Kind.SEQUENCE, "shop.orders_id_seq").orElseThrow();
        assertThat(serial.number("next", 0)).isEqualTo(31);
        assertThat(serial.number("greatest", 0)).isEqualTo(30);
        assertThat(serial.factList("may:app")).isEmpty();
        var numbers = source.named(Kind.SEQUENCE, "shop.numbers").orElseThrow();
        assertThat(numbers.factList("may:app")).containsExactly("USAGE");
        assertThat(numbers.fact("greatest")).isEmpty();
        assertThat(source.objects()).noneMatch(one -> one.name().contains("ledger"));
        assertThat(
                        source.named(Kind.FUNCTION, "shop.double(x integer)")
                                .orElseThrow()
                                .factList("may:app"))
                .isEmpty();
    }
}
