-- What the old release says, one statement a line after its name.
R_star: SELECT * FROM orders WHERE id = 1
R_cols: SELECT id, email, name, qty, price, code, note, status, legacy, made FROM orders WHERE id = 1
R_view: SELECT id, email FROM open_orders LIMIT 1
R_matview: SELECT status, n FROM sales
R_total: SELECT order_total(5::bigint)
R_label: SELECT order_label(5)
R_distinct: SELECT DISTINCT * FROM orders
R_later: SELECT count(*) FROM orders WHERE status < 'sent'
R_cast: SELECT count(*) FROM orders WHERE status = 'new'::order_status
R_join: SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer LIMIT 1
R_group: SELECT region, count(*) FROM orders GROUP BY region
R_like: SELECT id FROM orders WHERE payload LIKE '1%' LIMIT 1
R_sum: SELECT sum(qty), sum(price) FROM orders
R_notes: SELECT id, body, room FROM notes ORDER BY id
R_marks: SELECT id, label FROM marks
R_visits: SELECT count(*) FROM visits WHERE at >= '2026-01-01'
R_journal: SELECT * FROM journal
R_tenants: SELECT 1 / count(*) FROM tenants
R_found: SELECT 1 / count(*) FROM orders WHERE id < 100
W_full: INSERT INTO orders (id, customer, email, name, qty, price, code, note, status, legacy, flag, made, amount, payload, region, extra) VALUES (1000000, 1, 'full@x', 'full', 2, 3.50, 'c', 'n', 'new', 'l', true, now(), 5, '7', 'us', 'e')
W_min: INSERT INTO orders (customer, email, name) VALUES (1, 'min@x', 'min')
W_returning: INSERT INTO orders (customer, email, name) VALUES (1, 'ret@x', 'ret') RETURNING id
W_pos: INSERT INTO orders VALUES (1000001, 1, 'pos@x', 'pos', 2, 3.50, 'c', 'n', 'new', 'l', true, now(), 5)
W_id: INSERT INTO orders (id, customer, email, name) VALUES (1000002, 1, 'id@x', 'id')
W_name50: INSERT INTO orders (customer, email, name) VALUES (1, 'n50@x', repeat('n', 50))
W_maxint: INSERT INTO orders (customer, email, name, qty) VALUES (1, 'maxint@x', 'max', 2147483647)
W_maxnum: INSERT INTO orders (customer, email, name, price) VALUES (1, 'maxnum@x', 'max', 99999999.99)
W_code20: INSERT INTO orders (customer, email, name, code) VALUES (1, 'code@x', 'code', '12345678901234567890')
W_longnote: INSERT INTO orders (customer, email, name, note) VALUES (1, 'long@x', 'long', repeat('x', 300))
W_negprice: INSERT INTO orders (customer, email, name, price) VALUES (1, 'neg@x', 'neg', -5)
W_words: INSERT INTO orders (customer, email, name, payload) VALUES (1, 'words@x', 'words', 'not a number')
W_nulls: INSERT INTO orders (customer, email, name, code, note, legacy, extra) VALUES (1, 'nulls@x', 'nulls', NULL, NULL, NULL, NULL)
W_enum: INSERT INTO orders (customer, email, name, status) VALUES (1, 'enum@x', 'enum', 'sent')
W_castenum: INSERT INTO orders (customer, email, name, status) VALUES (1, 'cast@x', 'cast', 'paid'::order_status)
W_dupname: INSERT INTO orders (customer, email, name) VALUES (1, 'dup@x', 'order 9')
W_update: UPDATE orders SET qty = qty + 1, status = 'paid', note = 'seen' WHERE id = 2
W_upsert: INSERT INTO orders (customer, email, name) VALUES (1, 'o1@example.org', 'up') ON CONFLICT (email) DO UPDATE SET name = excluded.name
W_upsertc: INSERT INTO orders (customer, email, name) VALUES (1, 'o1@example.org', 'up') ON CONFLICT ON CONSTRAINT orders_email_key DO NOTHING
W_amount: INSERT INTO orders (customer, email, name, amount) VALUES (1, 'big@x', 'big', 999999)
W_delorder: DELETE FROM orders WHERE id = 1999
W_line: INSERT INTO lines (order_id, what) VALUES (1, 'x')
W_note: INSERT INTO notes (body, room) VALUES ('note 1', 1)
W_mark: INSERT INTO marks (id, label) VALUES (5000, 'm')
W_orphan: INSERT INTO marks (id, label, customer) VALUES (5001, 'm', 999999)
W_markup: INSERT INTO marks (id, label) VALUES (1, 'up') ON CONFLICT (id) DO UPDATE SET label = excluded.label
W_visit: INSERT INTO visits (at, who) VALUES ('2026-05-01', 'v')
W_tenant: INSERT INTO tenants (id, tenant, body) VALUES (900, 1, 'mine')
W_stamp: UPDATE customers SET name = 'other' WHERE id = 3
W_delcustomer: DELETE FROM customers WHERE id = 200
W_seq: SELECT nextval('ticket_numbers')
W_empty: INSERT INTO empty_one (id, label) VALUES (1, 'first'), (2, 'second')
