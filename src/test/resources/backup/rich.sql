-- One of everything that a dump has ever lost. Roles are made by the test: they belong to the server.
CREATE SCHEMA "Größe & Co";
CREATE TYPE mood AS ENUM ('glad', 'so-so', 'sad');
CREATE DOMAIN email AS text CHECK (VALUE ~ '^[^@]+@[^@]+$');
CREATE TYPE point3 AS (x float8, y float8, z float8);
CREATE TYPE span AS RANGE (subtype = float8);

CREATE TABLE people (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  mail email,
  mood mood DEFAULT 'so-so',
  height numeric,
  weight float8,
  born timestamptz,
  tags text[],
  doc jsonb,
  raw bytea,
  place point3,
  shelf span,
  shout text GENERATED ALWAYS AS (upper(name)) STORED
);
INSERT INTO people (name, mail, mood, height, weight, born, tags, doc, raw, place, shelf)
SELECT 'person ' || i, CASE WHEN i % 7 > 0 THEN 'p' || i || '@example.org' END,
  (enum_range(NULL::mood))[1 + i % 3],
  CASE i % 5 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' ELSE (i * 1.10)::text END::numeric,
  CASE i % 5 WHEN 0 THEN 'NaN' WHEN 1 THEN '-Infinity' ELSE (i / 3.0)::text END::float8,
  CASE i % 11 WHEN 0 THEN 'infinity' ELSE '1970-01-01 00:00:00.000001+02'::timestamptz + i * interval '37 hours' END,
  ARRAY['a' || i, NULL, E'tab\there', 'back\slash'], jsonb_build_object('n', i, 'ü', E'line\nbreak'),
  decode(md5(i::text) || '00ff80', 'hex'), (i, -i, 0)::point3, span(i, i + 0.5)
FROM generate_series(1, 2000) i;

CREATE TABLE "Größe & Co"."Order ""1""" (
  "select" serial PRIMARY KEY,
  "dropped soon" int,
  person bigint REFERENCES people DEFERRABLE INITIALLY DEFERRED,
  note varchar(200) COLLATE "C"
);
INSERT INTO "Größe & Co"."Order ""1""" (person, note) SELECT i, 'note ' || i FROM generate_series(1, 500) i;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE "Größe & Co"."Order ""1""" DROP COLUMN "dropped soon";
CREATE INDEX ON "Größe & Co"."Order ""1""" (lower(note)) WHERE note IS NOT NULL;

-- A circle of foreign keys.
CREATE TABLE hen (id int PRIMARY KEY, egg int);
CREATE TABLE egg (id int PRIMARY KEY, hen int NOT NULL REFERENCES hen);
ALTER TABLE hen ADD FOREIGN KEY (egg) REFERENCES egg;
INSERT INTO hen SELECT i, NULL FROM generate_series(1, 50) i;
INSERT INTO egg SELECT i, i FROM generate_series(1, 50) i;
UPDATE hen SET egg = id;

CREATE TABLE event (at date NOT NULL, kind text, n int) PARTITION BY RANGE (at);
CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE event_2025 (n int, kind text, at date NOT NULL);
ALTER TABLE event ATTACH PARTITION event_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') ;
CREATE TABLE event_rest PARTITION OF event DEFAULT PARTITION BY LIST (kind);
CREATE TABLE event_rest_all PARTITION OF event_rest DEFAULT;
INSERT INTO event SELECT date '2023-06-01' + i, 'k' || i % 3, i FROM generate_series(1, 1200) i;

CREATE TABLE animal (id int, legs int);
CREATE TABLE bird (wings int) INHERITS (animal);
INSERT INTO animal VALUES (1, 4);
INSERT INTO bird VALUES (2, 2, 2);

CREATE UNLOGGED TABLE cache (k text PRIMARY KEY, v bytea);
INSERT INTO cache SELECT 'k' || i, decode(repeat('fe', i), 'hex') FROM generate_series(1, 100) i;
CREATE TABLE empty_one (a int);
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
CREATE TABLE twins (a int, b text);
INSERT INTO twins SELECT 1, 'the same' FROM generate_series(1, 64);
CREATE TABLE huge (id int, body text);
ALTER TABLE huge ALTER body SET STORAGE EXTERNAL;
INSERT INTO huge SELECT i, repeat('belay ' || i, 1000000) FROM generate_series(1, 2) i;

CREATE SEQUENCE invoice START 1000 INCREMENT 10;
SELECT nextval('invoice') FROM generate_series(1, 7);
CREATE SEQUENCE countdown INCREMENT -1 MAXVALUE 10 MINVALUE -100;
SELECT nextval('countdown'), nextval('countdown');
CREATE SEQUENCE never_used;
CREATE SEQUENCE set_ahead;
SELECT setval('set_ahead', 77, false);

CREATE VIEW tall AS SELECT id, name FROM people WHERE height > 100 WITH CHECK OPTION;
CREATE MATERIALIZED VIEW moods AS SELECT mood, count(*) AS n FROM people GROUP BY mood;
CREATE UNIQUE INDEX ON moods (mood);
CREATE MATERIALIZED VIEW unfilled AS SELECT 1 AS one WITH NO DATA;

CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.note := coalesce(NEW.note, 'none');
  RETURN NEW;
END $$;
CREATE TRIGGER stamping BEFORE INSERT ON "Größe & Co"."Order ""1""" FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TABLE tenancy (tenant int, secret text);
INSERT INTO tenancy SELECT i % 3, 'secret ' || i FROM generate_series(1, 30) i;
ALTER TABLE tenancy ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON tenancy TO reader USING (tenant = current_setting('app.tenant')::int);
CREATE PUBLICATION feed FOR TABLE people, hen;
CREATE STATISTICS people_stats (dependencies) ON name, mail FROM people;
COMMENT ON TABLE people IS 'who''s who';

GRANT USAGE ON SCHEMA "Größe & Co" TO reader;
GRANT SELECT ON people, tenancy TO reader;
GRANT SELECT (note) ON "Größe & Co"."Order ""1""" TO reader;
GRANT USAGE ON SEQUENCE invoice TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader;
ALTER TABLE twins OWNER TO owner;
ALTER FUNCTION stamp() OWNER TO owner;

SELECT lo_from_bytea(70001, decode(repeat('00ff10', 100000), 'hex'));
SELECT lo_from_bytea(70002, '');
SELECT lo_put(70002, 5000, 'after a hole');
SELECT lo_create(70003);
SELECT lo_from_bytea(70004, decode(repeat('ab', 3145728), 'hex'));
GRANT SELECT ON LARGE OBJECT 70001 TO reader;
ALTER LARGE OBJECT 70003 OWNER TO owner;
