# T01 a new table
CREATE TABLE fresh (id int PRIMARY KEY, what text);
-- down
DROP TABLE fresh;
# T02 a new table that refers to another
CREATE TABLE refunds (id int PRIMARY KEY, order_id bigint REFERENCES orders);
-- down
DROP TABLE refunds;
# T03 drop a table
DROP TABLE marks;
# T04 drop a table with what hangs on it
DROP TABLE orders CASCADE;
# T05 rename a table
ALTER TABLE notes RENAME TO remarks;
-- down
ALTER TABLE remarks RENAME TO notes;
# T06 rename a table behind a view
ALTER TABLE notes RENAME TO remarks;
CREATE VIEW notes AS SELECT * FROM remarks;
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app_rw;
-- down
DROP VIEW notes;
ALTER TABLE remarks RENAME TO notes;
# T07 rename a table behind a view that nobody may use
ALTER TABLE notes RENAME TO remarks;
CREATE VIEW notes AS SELECT * FROM remarks;
# T08 move a table to another schema
CREATE SCHEMA archive;
ALTER TABLE notes SET SCHEMA archive;
-- down
ALTER TABLE archive.notes SET SCHEMA public;
DROP SCHEMA archive;
# T09 truncate
TRUNCATE notes;
# T10 truncate with what refers to it
TRUNCATE customers CASCADE;
# T11 unlogged
ALTER TABLE notes SET UNLOGGED;
-- down
ALTER TABLE notes SET LOGGED;
# T12 fill factor
ALTER TABLE orders SET (fillfactor = 70);
-- down
ALTER TABLE orders RESET (fillfactor);
# T13 cluster
CLUSTER orders USING orders_made;
# T14 vacuum full
VACUUM FULL notes;
# T15 row security without a policy
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
-- down
ALTER TABLE notes DISABLE ROW LEVEL SECURITY;
# T16 row security that lets everything through
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON notes USING (true) WITH CHECK (true);
# T17 row security by tenant on orders
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY regional ON orders USING (region = 'us');
# T18 revoke
REVOKE INSERT ON orders FROM app_rw;
-- down
GRANT INSERT ON orders TO app_rw;
# T19 another owner
CREATE ROLE somebody;
ALTER TABLE notes OWNER TO somebody;
# T20 made again without grants
DROP TABLE notes;
CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text, room int);
# T21 made again with grants
DROP TABLE notes;
CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text, room int);
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app_rw;
# T22 revoke the schema
REVOKE USAGE ON SCHEMA public FROM app_rw, PUBLIC;
# T23 revoke from somebody else
CREATE ROLE reporting;
GRANT SELECT ON notes TO reporting;
REVOKE SELECT ON notes FROM reporting;
# T24 another search path
DO 'BEGIN EXECUTE format(''ALTER ROLE app_rw IN DATABASE %I SET search_path = nowhere'', current_database()); END';
-- down
DO 'BEGIN EXECUTE format(''ALTER ROLE app_rw IN DATABASE %I RESET search_path'', current_database()); END';
# T25 another work memory
DO 'BEGIN EXECUTE format(''ALTER ROLE app_rw IN DATABASE %I SET work_mem = ''''8MB'''''', current_database()); END';
-- down
DO 'BEGIN EXECUTE format(''ALTER ROLE app_rw IN DATABASE %I RESET work_mem'', current_database()); END';
# T26 drop a policy
DROP POLICY own ON tenants;
# T27 a restrictive policy
CREATE POLICY strict ON tenants AS RESTRICTIVE USING (body LIKE 'never%');
# T28 row security off
ALTER TABLE tenants DISABLE ROW LEVEL SECURITY;
-- down
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
# T29 loosen a policy
ALTER POLICY own ON tenants USING (true);
# T30 drop a key with the tenant in it
ALTER TABLE tenants DROP CONSTRAINT tenants_tenant_body_key;
# T31 a view over tenants' rows
CREATE VIEW all_tenants AS SELECT * FROM tenants;
GRANT SELECT ON all_tenants TO app_rw;
# A01 a column
ALTER TABLE orders ADD x text;
-- down
ALTER TABLE orders DROP x;
# A02 a column with a constant default
ALTER TABLE orders ADD x int DEFAULT 7;
-- down
ALTER TABLE orders DROP x;
# A03 a required column with a constant default
ALTER TABLE orders ADD x int NOT NULL DEFAULT 7;
-- down
ALTER TABLE orders DROP x;
# A04 a column with the time of now
ALTER TABLE orders ADD x timestamptz DEFAULT now();
-- down
ALTER TABLE orders DROP x;
# A05 a column with random values
ALTER TABLE orders ADD x uuid DEFAULT gen_random_uuid();
-- down
ALTER TABLE orders DROP x;
# A06 a required column of an empty table
ALTER TABLE empty_one ADD x int NOT NULL;
-- down
ALTER TABLE empty_one DROP x;
# A07 a required column, filled
ALTER TABLE notes ADD x int;
UPDATE notes SET x = 1;
ALTER TABLE notes ALTER x SET NOT NULL;
# A08 a serial column
ALTER TABLE orders ADD x serial;
-- down
ALTER TABLE orders DROP x;
# A09 a serial column, granted
ALTER TABLE orders ADD x serial;
GRANT USAGE ON SEQUENCE orders_x_seq TO app_rw;
-- down
ALTER TABLE orders DROP x;
# A10 an identity column
ALTER TABLE orders ADD x bigint GENERATED ALWAYS AS IDENTITY;
-- down
ALTER TABLE orders DROP x;
# A11 a generated column that overflows
ALTER TABLE orders ADD x int GENERATED ALWAYS AS (qty * 2) STORED;
-- down
ALTER TABLE orders DROP x;
# A12 a generated column that takes everything
ALTER TABLE orders ADD x text GENERATED ALWAYS AS (lower(name)) STORED;
-- down
ALTER TABLE orders DROP x;
# A13 a column of json
ALTER TABLE orders ADD x json;
-- down
ALTER TABLE orders DROP x;
# A14 a column of jsonb
ALTER TABLE orders ADD x jsonb;
-- down
ALTER TABLE orders DROP x;
# A15 a column with a check
ALTER TABLE orders ADD x int CHECK (x > 0);
-- down
ALTER TABLE orders DROP x;
# A16 a unique column
ALTER TABLE orders ADD x text UNIQUE;
-- down
ALTER TABLE orders DROP x;
# A17 a column that refers
ALTER TABLE orders ADD x bigint REFERENCES customers;
-- down
ALTER TABLE orders DROP x;
# A18 a column that refers, with a default
ALTER TABLE orders ADD x bigint DEFAULT 1 REFERENCES customers;
-- down
ALTER TABLE orders DROP x;
# A19 a column of a domain with a check
ALTER TABLE orders ADD x percent;
-- down
ALTER TABLE orders DROP x;
# A20 a unique column whose default is one for all
ALTER TABLE empty_one ADD x int DEFAULT 1 UNIQUE;
# A21 a check over a new and an old column
ALTER TABLE orders ADD x int, ADD CHECK (x IS NULL OR price >= 0);
ALTER TABLE orders ADD CONSTRAINT pair CHECK (price >= coalesce(x, 0));
# A22 a column of points
ALTER TABLE orders ADD x point;
-- down
ALTER TABLE orders DROP x;
# A23 the table's columns granted one by one
REVOKE SELECT ON customers FROM app_rw;
GRANT SELECT (id, name, stamped) ON customers TO app_rw;
# A24 a column of an enumeration
CREATE TYPE colour AS ENUM ('red', 'blue');
ALTER TABLE orders ADD x colour DEFAULT 'red';
-- down
ALTER TABLE orders DROP x;
DROP TYPE colour;
# A25 a column of an array
ALTER TABLE notes ADD tags text[] NOT NULL DEFAULT '{}';
-- down
ALTER TABLE notes DROP tags;
# A26 a column that a join now finds twice
ALTER TABLE customers ADD email text;
-- down
ALTER TABLE customers DROP email;
# A27 a column where each is granted by itself
ALTER TABLE journal ADD more text;
-- down
ALTER TABLE journal DROP more;
# A28 a column where each is granted by itself, this one too
ALTER TABLE journal ADD more text;
GRANT SELECT (more) ON journal TO app_rw;
-- down
ALTER TABLE journal DROP more;
# D01 drop a column
ALTER TABLE orders DROP code;
# D02 drop a column with the view that shows it
DROP VIEW open_orders;
ALTER TABLE orders DROP email;
# D03 drop a column that a body names
ALTER TABLE orders DROP note;
# D04 drop the last column
ALTER TABLE orders DROP extra;
# D05 rename a column
ALTER TABLE orders RENAME code TO sku;
-- down
ALTER TABLE orders RENAME sku TO code;
# D06 drop a column of a small table
ALTER TABLE notes DROP room;
# D07 drop a column that a trigger writes
ALTER TABLE customers DROP stamped;
# D08 swap a column for a wider one
ALTER TABLE notes ADD room_new bigint;
UPDATE notes SET room_new = room;
ALTER TABLE notes RENAME room TO room_old;
ALTER TABLE notes RENAME room_new TO room;
# D09 swap a column for one of another kind
ALTER TABLE notes ADD body_new jsonb;
ALTER TABLE notes RENAME body TO body_old;
ALTER TABLE notes RENAME body_new TO body;
# Y01 int to bigint
ALTER TABLE orders ALTER qty TYPE bigint;
# Y02 int to smallint
ALTER TABLE orders ALTER qty TYPE smallint;
# Y03 a longer varchar
ALTER TABLE orders ALTER code TYPE varchar(100);
-- down
ALTER TABLE orders ALTER code TYPE varchar(20);
# Y04 varchar to text
ALTER TABLE orders ALTER code TYPE text;
-- down
ALTER TABLE orders ALTER code TYPE varchar(20);
# Y05 a shorter varchar
ALTER TABLE orders ALTER code TYPE varchar(10);
-- down
ALTER TABLE orders ALTER code TYPE varchar(20);
# Y06 text to varchar
ALTER TABLE orders ALTER note TYPE varchar(100);
-- down
ALTER TABLE orders ALTER note TYPE text;
# Y07 a wider numeric
ALTER TABLE orders ALTER price TYPE numeric(12,2);
-- down
ALTER TABLE orders ALTER price TYPE numeric(10,2);
# Y08 more digits after the point, and as many before
ALTER TABLE orders ALTER price TYPE numeric(12,4);
-- down
ALTER TABLE orders ALTER price TYPE numeric(10,2);
# Y09 more digits after the point at the cost of those before
ALTER TABLE orders ALTER price TYPE numeric(10,4);
-- down
ALTER TABLE orders ALTER price TYPE numeric(10,2);
# Y10 a narrower numeric
ALTER TABLE orders ALTER price TYPE numeric(8,2);
-- down
ALTER TABLE orders ALTER price TYPE numeric(10,2);
# Y11 timestamp without zone
ALTER TABLE orders ALTER made TYPE timestamp;
-- down
ALTER TABLE orders ALTER made TYPE timestamptz;
# Y12 text to a number
ALTER TABLE orders ALTER payload DROP DEFAULT;
ALTER TABLE orders ALTER payload TYPE int USING payload::int;
ALTER TABLE orders ALTER payload SET DEFAULT 1;
# Y13 an enumeration to text
DROP VIEW open_orders;
DROP MATERIALIZED VIEW sales;
ALTER TABLE orders ALTER status DROP DEFAULT;
ALTER TABLE orders ALTER status TYPE text;
ALTER TABLE orders ALTER status SET DEFAULT 'new';
CREATE VIEW open_orders AS SELECT id, email FROM orders WHERE status = 'new';
CREATE MATERIALIZED VIEW sales AS SELECT status, count(*) AS n FROM orders GROUP BY status;
GRANT SELECT ON open_orders, sales TO app_rw;
# Y14 another collation
ALTER TABLE orders ALTER note TYPE text COLLATE "C";
-- down
ALTER TABLE orders ALTER note TYPE text COLLATE "default";
# Y15 int to bigint of a key
ALTER TABLE marks ALTER id TYPE bigint;
-- down
ALTER TABLE marks ALTER id TYPE int;
# Y16 text to citext
CREATE EXTENSION citext;
ALTER TABLE orders ALTER note TYPE citext;
# Y17 no longer generated
ALTER TABLE orders ALTER name_length DROP EXPRESSION;
# Y18 a column becomes one of a domain
ALTER TABLE orders ALTER price TYPE positive USING abs(price);
# Y19 a number to text
ALTER TABLE orders ALTER qty DROP DEFAULT;
ALTER TABLE orders DROP CONSTRAINT orders_qty_check;
ALTER TABLE orders ALTER qty TYPE text;
ALTER TABLE orders ALTER qty SET DEFAULT '1';
# Y20 numeric without a limit
ALTER TABLE orders ALTER price TYPE numeric;
-- down
ALTER TABLE orders ALTER price TYPE numeric(10,2);
# Y21 a domain to its base
ALTER TABLE orders ALTER amount TYPE numeric(12,2);
-- down
ALTER TABLE orders ALTER amount TYPE positive;
# Y22 a boolean to a number
ALTER TABLE orders ALTER flag DROP DEFAULT;
ALTER TABLE orders ALTER flag TYPE int USING flag::int;
ALTER TABLE orders ALTER flag SET DEFAULT 0;
# N01 not null, never null
ALTER TABLE orders ALTER flag SET NOT NULL;
-- down
ALTER TABLE orders ALTER flag DROP NOT NULL;
# N02 not null, where the old release leaves it out
UPDATE orders SET legacy = '' WHERE legacy IS NULL;
ALTER TABLE orders ALTER legacy SET NOT NULL;
# N03 not null by a validated check
UPDATE orders SET legacy = '' WHERE legacy IS NULL;
ALTER TABLE orders ADD CONSTRAINT given CHECK (legacy IS NOT NULL) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT given;
ALTER TABLE orders ALTER legacy SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT given;
# N04 may be null
ALTER TABLE orders ALTER name DROP NOT NULL;
-- down
ALTER TABLE orders ALTER name SET NOT NULL;
# N05 a default
ALTER TABLE orders ALTER legacy SET DEFAULT 'none';
-- down
ALTER TABLE orders ALTER legacy DROP DEFAULT;
# N06 another default
ALTER TABLE orders ALTER qty SET DEFAULT 2;
-- down
ALTER TABLE orders ALTER qty SET DEFAULT 1;
# N07 no default of a required column
ALTER TABLE orders ALTER qty DROP DEFAULT;
-- down
ALTER TABLE orders ALTER qty SET DEFAULT 1;
# N08 no default of an optional column
ALTER TABLE orders ALTER region DROP DEFAULT;
-- down
ALTER TABLE orders ALTER region SET DEFAULT 'eu';
# N09 numbers always generated
ALTER TABLE orders ALTER id SET GENERATED ALWAYS;
-- down
ALTER TABLE orders ALTER id SET GENERATED BY DEFAULT;
# N10 no identity
ALTER TABLE orders ALTER id DROP IDENTITY;
# N11 statistics
ALTER TABLE orders ALTER name SET STATISTICS 500;
-- down
ALTER TABLE orders ALTER name SET STATISTICS -1;
# N12 storage
ALTER TABLE orders ALTER note SET STORAGE EXTERNAL;
-- down
ALTER TABLE orders ALTER note SET STORAGE EXTENDED;
# N13 serial to identity, begun anew
ALTER TABLE lines ALTER id DROP DEFAULT;
DROP SEQUENCE lines_id_seq;
ALTER TABLE lines ALTER id ADD GENERATED BY DEFAULT AS IDENTITY;
# N14 serial to identity, begun beyond
ALTER TABLE lines ALTER id DROP DEFAULT;
DROP SEQUENCE lines_id_seq;
ALTER TABLE lines ALTER id ADD GENERATED BY DEFAULT AS IDENTITY (START 1000);
# N15 generated numbers may be given
ALTER TABLE notes ALTER id SET GENERATED BY DEFAULT;
-- down
ALTER TABLE notes ALTER id SET GENERATED ALWAYS;
# N16 a default from a sequence that is not granted
CREATE SEQUENCE counted;
ALTER TABLE orders ALTER legacy SET DEFAULT nextval('counted')::text;
# K01 a check
ALTER TABLE orders ADD CONSTRAINT good CHECK (price >= 0);
-- down
ALTER TABLE orders DROP CONSTRAINT good;
# K02 a check of new rows
ALTER TABLE orders ADD CONSTRAINT short CHECK (length(note) < 200) NOT VALID;
-- down
ALTER TABLE orders DROP CONSTRAINT short;
# K03 a check, validated
ALTER TABLE orders ADD CONSTRAINT good CHECK (price >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT good;
-- down
ALTER TABLE orders DROP CONSTRAINT good;
# K04 no check
ALTER TABLE orders DROP CONSTRAINT orders_qty_check;
-- down
ALTER TABLE orders ADD CONSTRAINT orders_qty_check CHECK (qty >= 0);
# K05 a check with a value more
ALTER TABLE orders DROP CONSTRAINT orders_region_check, ADD CONSTRAINT orders_region_check CHECK (region IN ('eu', 'us', 'asia'));
-- down
ALTER TABLE orders DROP CONSTRAINT orders_region_check, ADD CONSTRAINT orders_region_check CHECK (region IN ('eu', 'us'));
# K06 a check with a value less
UPDATE orders SET region = 'eu';
ALTER TABLE orders DROP CONSTRAINT orders_region_check, ADD CONSTRAINT orders_region_check CHECK (region IN ('eu'));
# K07 a check with a lower bound
ALTER TABLE orders DROP CONSTRAINT orders_qty_check, ADD CONSTRAINT orders_qty_check CHECK (qty >= -10);
-- down
ALTER TABLE orders DROP CONSTRAINT orders_qty_check, ADD CONSTRAINT orders_qty_check CHECK (qty >= 0);
# K08 a reference
ALTER TABLE marks ADD CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers;
-- down
ALTER TABLE marks DROP CONSTRAINT of_customer;
# K09 a reference of new rows
ALTER TABLE marks ADD CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers NOT VALID;
-- down
ALTER TABLE marks DROP CONSTRAINT of_customer;
# K10 no reference
ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey;
-- down
ALTER TABLE orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES customers;
# K11 a key
ALTER TABLE orders ADD CONSTRAINT one_name UNIQUE (name);
-- down
ALTER TABLE orders DROP CONSTRAINT one_name;
# K12 a key from an index
CREATE UNIQUE INDEX one_name ON orders (name);
ALTER TABLE orders ADD CONSTRAINT one_name UNIQUE USING INDEX one_name;
-- down
ALTER TABLE orders DROP CONSTRAINT one_name;
# K13 no key, where an upsert needs it
ALTER TABLE orders DROP CONSTRAINT orders_email_key;
-- down
ALTER TABLE orders ADD CONSTRAINT orders_email_key UNIQUE (email);
# K14 no primary key
ALTER TABLE marks DROP CONSTRAINT marks_pkey;
# K15 another primary key
ALTER TABLE marks DROP CONSTRAINT marks_pkey, ADD PRIMARY KEY (id, label);
# K16 an exclusion
ALTER TABLE notes ADD CONSTRAINT one_room EXCLUDE USING btree (room WITH =);
-- down
ALTER TABLE notes DROP CONSTRAINT one_room;
# K17 a renamed constraint
ALTER TABLE orders RENAME CONSTRAINT orders_email_key TO one_email;
-- down
ALTER TABLE orders RENAME CONSTRAINT one_email TO orders_email_key;
# K18 a renamed check
ALTER TABLE orders RENAME CONSTRAINT orders_qty_check TO qty_is_good;
-- down
ALTER TABLE orders RENAME CONSTRAINT qty_is_good TO orders_qty_check;
# K19 deletions go on to lines
ALTER TABLE lines DROP CONSTRAINT lines_order_id_fkey, ADD CONSTRAINT lines_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders ON DELETE CASCADE;
-- down
ALTER TABLE lines DROP CONSTRAINT lines_order_id_fkey, ADD CONSTRAINT lines_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders;
# K20 a deferred reference
ALTER TABLE orders ALTER CONSTRAINT orders_customer_fkey DEFERRABLE INITIALLY DEFERRED;
-- down
ALTER TABLE orders ALTER CONSTRAINT orders_customer_fkey NOT DEFERRABLE;
# K21 a deferred key
ALTER TABLE orders DROP CONSTRAINT orders_email_key, ADD CONSTRAINT orders_email_key UNIQUE (email) DEFERRABLE;
-- down
ALTER TABLE orders DROP CONSTRAINT orders_email_key, ADD CONSTRAINT orders_email_key UNIQUE (email);
# K22 a key over more than a key
ALTER TABLE orders ADD CONSTRAINT wider UNIQUE (email, name);
-- down
ALTER TABLE orders DROP CONSTRAINT wider;
# K23 a key for another of the same columns
ALTER TABLE marks ADD CONSTRAINT also UNIQUE (id);
-- down
ALTER TABLE marks DROP CONSTRAINT also;
# I01 an index
CREATE INDEX more ON orders (region);
-- down
DROP INDEX more;
# I02 an index, concurrently
CREATE INDEX CONCURRENTLY more ON orders (region);
-- down
DROP INDEX CONCURRENTLY more;
# I03 a unique index
CREATE UNIQUE INDEX more ON orders (name);
-- down
DROP INDEX more;
# I04 no index
DROP INDEX orders_made;
-- down
CREATE INDEX orders_made ON orders (made);
# I05 no index, concurrently
DROP INDEX CONCURRENTLY orders_made;
-- down
CREATE INDEX orders_made ON orders (made);
# I06 reindex
REINDEX INDEX orders_made;
# I07 reindex, concurrently
REINDEX INDEX CONCURRENTLY orders_made;
# I08 a renamed index
ALTER INDEX orders_made RENAME TO orders_by_time;
-- down
ALTER INDEX orders_by_time RENAME TO orders_made;
# I09 an index of all partitions
CREATE INDEX visitors ON visits (who);
-- down
DROP INDEX visitors;
# I10 another index of the name
DROP INDEX orders_made;
CREATE INDEX orders_made ON orders (made DESC);
-- down
DROP INDEX orders_made;
CREATE INDEX orders_made ON orders (made);
# I11 an index of an expression that can fail
CREATE INDEX by_number ON orders ((payload::int));
-- down
DROP INDEX by_number;
# I12 an index of an expression that cannot
CREATE INDEX by_length ON orders (lower(email));
-- down
DROP INDEX by_length;
# I13 a partial unique index
CREATE UNIQUE INDEX one_open ON orders (name) WHERE status = 'new';
-- down
DROP INDEX one_open;
# I14 a unique index concurrently
CREATE UNIQUE INDEX CONCURRENTLY one_name ON orders (name);
-- down
DROP INDEX CONCURRENTLY one_name;
# E01 a label at the end
ALTER TYPE order_status ADD VALUE 'refunded';
# E02 a label among them
ALTER TYPE order_status ADD VALUE 'checked' BEFORE 'sent';
# E03 a renamed label
ALTER TYPE order_status RENAME VALUE 'sent' TO 'shipped';
-- down
ALTER TYPE order_status RENAME VALUE 'shipped' TO 'sent';
# E04 a label less
DROP VIEW open_orders;
DROP MATERIALIZED VIEW sales;
DROP INDEX orders_status;
UPDATE orders SET status = 'paid' WHERE status = 'sent';
ALTER TYPE order_status RENAME TO order_status_old;
CREATE TYPE order_status AS ENUM ('new', 'paid');
ALTER TABLE orders ALTER status DROP DEFAULT;
ALTER TABLE orders ALTER status TYPE order_status USING status::text::order_status;
ALTER TABLE orders ALTER status SET DEFAULT 'new';
DROP TYPE order_status_old;
CREATE VIEW open_orders AS SELECT id, email FROM orders WHERE status = 'new';
CREATE MATERIALIZED VIEW sales AS SELECT status, count(*) AS n FROM orders GROUP BY status;
GRANT SELECT ON open_orders, sales TO app_rw;
# E05 a domain takes less
ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 100000);
-- down
ALTER DOMAIN positive DROP CONSTRAINT small;
# E06 a domain takes more
ALTER DOMAIN positive DROP CONSTRAINT positive_check;
-- down
ALTER DOMAIN positive ADD CONSTRAINT positive_check CHECK (VALUE >= 0);
# E07 a renamed type
ALTER TYPE order_status RENAME TO state_of_order;
-- down
ALTER TYPE state_of_order RENAME TO order_status;
# E08 a new type
CREATE TYPE size AS ENUM ('s', 'l');
-- down
DROP TYPE size;
# V01 a view shows more
CREATE OR REPLACE VIEW open_orders AS SELECT id, email, name FROM orders WHERE status = 'new';
# V02 no view
DROP VIEW open_orders;
# V03 a view made again without grants
DROP VIEW open_orders;
CREATE VIEW open_orders AS SELECT id, email FROM orders WHERE status = 'new';
# V04 a view made again with grants
DROP VIEW open_orders;
CREATE VIEW open_orders AS SELECT id, email, qty FROM orders WHERE status = 'new';
GRANT SELECT ON open_orders TO app_rw;
# V05 another body
CREATE OR REPLACE FUNCTION order_total(of bigint) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT qty * price * 2 FROM public.orders WHERE id = of';
# V06 another signature
DROP FUNCTION order_total(bigint);
CREATE FUNCTION order_total(of bigint, rate numeric) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT qty * price * rate FROM public.orders WHERE id = of';
GRANT EXECUTE ON FUNCTION order_total TO app_rw;
# V07 a namesake with a default argument
CREATE FUNCTION order_total(of bigint, rate numeric DEFAULT 1) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT rate';
-- down
DROP FUNCTION order_total(bigint, numeric);
# V08 a namesake of other arguments
CREATE FUNCTION order_total(of bigint, rate numeric) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT rate';
-- down
DROP FUNCTION order_total(bigint, numeric);
# V09 a trigger that refuses
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.legacy IS NULL THEN RAISE EXCEPTION ''legacy is missing''; END IF; RETURN NEW; END';
CREATE TRIGGER refuse_order BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION refuse();
-- down
DROP TRIGGER refuse_order ON orders;
DROP FUNCTION refuse();
# V10 no trigger
DROP TRIGGER stamp_customer ON customers;
-- down
CREATE TRIGGER stamp_customer BEFORE INSERT OR UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION stamp();
# V11 a trigger off
ALTER TABLE customers DISABLE TRIGGER stamp_customer;
-- down
ALTER TABLE customers ENABLE TRIGGER stamp_customer;
# V12 a harmless trigger
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''seen''; RETURN NEW; END';
CREATE TRIGGER tell_order BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION tell();
-- down
DROP TRIGGER tell_order ON orders;
DROP FUNCTION tell();
# V13 a trigger that writes where the role may not
CREATE FUNCTION record() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.journal (what) VALUES (''order''); RETURN NEW; END';
CREATE TRIGGER record_order AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION record();
-- down
DROP TRIGGER record_order ON orders;
DROP FUNCTION record();
# V14 a trigger that writes with its owner's rights
CREATE FUNCTION record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN INSERT INTO public.journal (what) VALUES (''order''); RETURN NEW; END';
CREATE TRIGGER record_order AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION record();
-- down
DROP TRIGGER record_order ON orders;
DROP FUNCTION record();
# V15 no sequence
DROP SEQUENCE ticket_numbers;
# V16 a sequence goes back
ALTER SEQUENCE orders_id_seq RESTART WITH 5;
# V17 a sequence in tens
ALTER SEQUENCE ticket_numbers INCREMENT 10;
-- down
ALTER SEQUENCE ticket_numbers INCREMENT 1;
# V18 a view read anew
REFRESH MATERIALIZED VIEW sales;
# V19 a view emptied
REFRESH MATERIALIZED VIEW sales WITH NO DATA;
# V20 a new schema
CREATE SCHEMA lab;
CREATE TABLE lab.trial (id int);
-- down
DROP TABLE lab.trial;
DROP SCHEMA lab;
# V21 a body that refuses
CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''frozen''; END';
# V22 a function no longer granted
REVOKE EXECUTE ON FUNCTION order_total FROM app_rw;
-- down
GRANT EXECUTE ON FUNCTION order_total TO app_rw;
# V23 a rule that swallows
CREATE RULE swallow AS ON DELETE TO customers DO INSTEAD SELECT 1 / 0;
-- down
DROP RULE swallow ON customers;
# V24 a new function
CREATE FUNCTION greet() RETURNS text LANGUAGE sql AS 'SELECT ''hello''';
-- down
DROP FUNCTION greet();
# P01 a partition
CREATE TABLE visits_2028 PARTITION OF visits FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');
-- down
DROP TABLE visits_2028;
# P02 attach
ALTER TABLE visits ATTACH PARTITION visits_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
-- down
ALTER TABLE visits DETACH PARTITION visits_2027;
# P03 detach
ALTER TABLE visits DETACH PARTITION visits_2026;
-- down
ALTER TABLE visits ATTACH PARTITION visits_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
# P04 detach, concurrently
ALTER TABLE visits DETACH PARTITION visits_2026 CONCURRENTLY;
-- down
ALTER TABLE visits ATTACH PARTITION visits_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
# P05 drop a partition
DROP TABLE visits_2026;
# P06 a default partition
CREATE TABLE visits_rest PARTITION OF visits DEFAULT;
-- down
DROP TABLE visits_rest;
# M01 all rows written anew
UPDATE orders SET extra = 'filled';
# M02 rows deleted
DELETE FROM notes WHERE room > 40;
# M03 rows added
INSERT INTO customers VALUES (10001, 'new one');
-- down
DELETE FROM customers WHERE id = 10001;
# X01 a comment
COMMENT ON TABLE orders IS 'what was ordered';
-- down
COMMENT ON TABLE orders IS NULL;
# X02 replica identity
ALTER TABLE notes REPLICA IDENTITY FULL;
-- down
ALTER TABLE notes REPLICA IDENTITY DEFAULT;
# X03 an extension
CREATE EXTENSION pg_trgm;
-- down
DROP EXTENSION pg_trgm;
# X04 statistics
CREATE STATISTICS pair (dependencies) ON customer, region FROM orders;
-- down
DROP STATISTICS pair;
# X05 default privileges
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app_rw;
-- down
ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM app_rw;
