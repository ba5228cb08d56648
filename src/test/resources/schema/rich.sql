-- One of everything that a catalogue holds.
CREATE SCHEMA shop; CREATE SCHEMA "Odd Name";
COMMENT ON SCHEMA shop IS 'what is sold';
CREATE EXTENSION citext;
CREATE COLLATION shop.plain (provider = libc, locale = 'C');
CREATE TYPE shop.state AS ENUM ('new', 'paid', 'sent');
CREATE TYPE shop.span AS RANGE (subtype = numeric);
CREATE TYPE shop.place AS (street text, zip varchar(10));
CREATE DOMAIN shop.amount AS numeric(12,2) DEFAULT 0 NOT NULL CONSTRAINT positive CHECK (VALUE >= 0);
CREATE FUNCTION shop.double(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x * 2';
CREATE FUNCTION shop.triple(x int) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT x * 3; END;
CREATE FUNCTION shop.touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.touched := now(); RETURN NEW; END';
CREATE PROCEDURE shop.tidy(INOUT n int) LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN n := n + 1; END';
CREATE AGGREGATE shop.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE OPERATOR shop.@+@ (FUNCTION = int4pl, LEFTARG = int, RIGHTARG = int);
CREATE SEQUENCE shop.numbers AS integer INCREMENT 5 MINVALUE 5 START 10 CACHE 3 CYCLE;
CREATE TABLE shop.customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email citext UNIQUE,
  name text COLLATE "C" NOT NULL DEFAULT 'nobody''s',
  lower_name text GENERATED ALWAYS AS (lower(name)) STORED,
  home shop.place, touched timestamptz, dropped int, credit shop.amount,
  state shop.state DEFAULT 'new', tenant int NOT NULL DEFAULT 1
);
ALTER TABLE shop.customers DROP COLUMN dropped;
ALTER TABLE shop.customers ADD late jsonb;
ALTER TABLE shop.customers ALTER name SET STATISTICS 200, ALTER late SET STORAGE EXTERNAL;
ALTER TABLE shop.customers SET (fillfactor = 80);
COMMENT ON COLUMN shop.customers.name IS 'as they say it';
CREATE TABLE shop.orders (
  id serial PRIMARY KEY, customer bigint REFERENCES shop.customers ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  number int DEFAULT nextval('shop.numbers'), during shop.span, room int,
  total shop.amount, note varchar(40), CHECK (length(note) > 1),
  EXCLUDE USING gist (during WITH &&)
);
ALTER TABLE shop.orders ADD CONSTRAINT cheap CHECK (total < 1000) NOT VALID;
CREATE INDEX by_note ON shop.orders (lower(note), id DESC) INCLUDE (total) WHERE note IS NOT NULL;
CREATE INDEX by_time ON shop.customers USING brin (touched);
CREATE STATISTICS shop.both (dependencies) ON customer, number FROM shop.orders;
CREATE TRIGGER touch BEFORE UPDATE ON shop.customers FOR EACH ROW EXECUTE FUNCTION shop.touched();
ALTER TABLE shop.customers DISABLE TRIGGER touch;
CREATE RULE quiet AS ON DELETE TO shop.orders WHERE OLD.id < 0 DO INSTEAD NOTHING;
ALTER TABLE shop.customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.customers FOR SELECT TO app USING (tenant = 1);
CREATE POLICY strict ON shop.customers AS RESTRICTIVE USING (true) WITH CHECK (tenant > 0);
CREATE TABLE shop.events (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE shop.events_2026 PARTITION OF shop.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE shop.events_rest PARTITION OF shop.events DEFAULT;
CREATE INDEX ON shop.events (at);
CREATE TABLE shop.base (a int CHECK (a > 0)); CREATE TABLE shop.heir (b int) INHERITS (shop.base);
CREATE UNLOGGED TABLE shop.cache (k text PRIMARY KEY, v text);
CREATE TABLE "Odd Name"."Mixed ""Case""" ("Some Column" int, "select" text);
CREATE VIEW shop.rich WITH (security_barrier) AS SELECT id, name FROM shop.customers WHERE credit > 10;
CREATE MATERIALIZED VIEW shop.counted AS SELECT count(*) AS n FROM shop.orders;
CREATE UNIQUE INDEX ON shop.counted (n);
CREATE PUBLICATION changes FOR TABLE shop.orders, shop.customers;
CREATE FUNCTION shop.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION shop.watch();
GRANT USAGE ON SCHEMA shop TO app; GRANT SELECT, INSERT ON shop.orders TO app;
GRANT SELECT (name), UPDATE (name) ON shop.customers TO app; GRANT USAGE ON shop.numbers TO app;
REVOKE EXECUTE ON FUNCTION shop.double FROM PUBLIC; GRANT SELECT, DELETE ON shop.rich TO app;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO app;
INSERT INTO shop.customers (email, name) SELECT 'c' || n || '@example.org', 'c' || n FROM generate_series(1, 30) n;
INSERT INTO shop.orders (customer, total, note, during) SELECT n, n, 'note', numrange(n, n + 0.5)::text::shop.span FROM generate_series(1, 30) n;
REFRESH MATERIALIZED VIEW shop.counted;
CREATE SCHEMA belay_ledger; CREATE TABLE belay_ledger.ledger (n int); COMMENT ON TABLE belay_ledger.ledger IS 'ours';
