-- What every store of the journal looks like. Runs unchanged on SQLite >= 3.35 and PostgreSQL >= 12.
-- Times are milliseconds since the epoch by the journal's own clock; digests are hexadecimal text.
-- Statements end with a semicolon at the end of a line.

CREATE TABLE schema_version (
  version        INTEGER PRIMARY KEY,
  created_at     BIGINT NOT NULL);

CREATE TABLE scope (
  scope          TEXT PRIMARY KEY,          -- environment/kind/name
  environment    TEXT NOT NULL,
  op_token       BIGINT NOT NULL DEFAULT 0 CHECK (op_token >= 0));
CREATE INDEX scope_by_environment ON scope (environment, scope);

-- The projection of a release's journal, for listing and claiming.
CREATE TABLE release (
  id             TEXT PRIMARY KEY,
  ordinal        BIGINT NOT NULL UNIQUE,
  environment    TEXT NOT NULL,
  title          TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('QUEUED', 'RUNNING', 'PAUSED', 'ROLLING_BACK', 'HELD', 'COMPLETED', 'ROLLED_BACK', 'WRITTEN_OFF', 'REJECTED', 'SUPERSEDED')),
  active         INTEGER NOT NULL CHECK (active IN (0, 1)),
  direction      TEXT NOT NULL DEFAULT 'DO' CHECK (direction IN ('DO', 'UNDO')),
  soaking        INTEGER NOT NULL DEFAULT 0 CHECK (soaking IN (0, 1)),
  plan_digest    TEXT NOT NULL,
  manifest_digest TEXT NOT NULL,
  engine         INTEGER NOT NULL,
  version        BIGINT NOT NULL,           -- length of its journal: the optimistic lock
  fence          BIGINT NOT NULL DEFAULT 0, -- lease epoch
  lease_owner    TEXT,
  lease_millis   BIGINT NOT NULL DEFAULT 0, -- how far an append prolongs the lease
  lease_until    BIGINT NOT NULL DEFAULT 0,
  created_by     TEXT NOT NULL,
  created_at     BIGINT NOT NULL,
  ended_at       BIGINT,
  CHECK ((active = 1) = (state IN ('RUNNING', 'PAUSED', 'ROLLING_BACK', 'HELD'))),
  CHECK ((ended_at IS NOT NULL) = (state IN ('COMPLETED', 'ROLLED_BACK', 'WRITTEN_OFF', 'REJECTED', 'SUPERSEDED'))),
  CHECK (soaking = 0 OR active = 1),
  CHECK (lease_until = 0 OR active = 1),
  CHECK (direction = 'DO' OR state <> 'RUNNING'));
CREATE INDEX release_by_environment ON release (environment, ordinal);
CREATE INDEX release_by_state ON release (state, ordinal);
CREATE INDEX release_by_environment_and_state ON release (environment, state, ordinal);
CREATE INDEX release_claimable ON release (lease_until, ordinal) WHERE active = 1;

-- Apart from the row above, which every append writes anew: a plan can be long.
CREATE TABLE release_plan (
  release_id     TEXT PRIMARY KEY REFERENCES release (id),
  plan           TEXT NOT NULL);

CREATE TABLE release_scope (
  release_id     TEXT NOT NULL REFERENCES release (id),
  scope          TEXT NOT NULL REFERENCES scope (scope),
  PRIMARY KEY (release_id, scope));

CREATE TABLE release_baseline (
  release_id     TEXT NOT NULL REFERENCES release (id),
  scope          TEXT NOT NULL REFERENCES scope (scope),
  revision       TEXT NOT NULL,
  PRIMARY KEY (release_id, scope));

-- At most one active release per scope: the primary key says so.
CREATE TABLE scope_owner (
  scope          TEXT PRIMARY KEY REFERENCES scope (scope),
  release_id     TEXT NOT NULL REFERENCES release (id),
  UNIQUE (scope, release_id));
CREATE INDEX scope_owner_by_release ON scope_owner (release_id);

-- At most one open intent per scope, and only by its owner. The reference also keeps a release from
-- giving up a scope, and so from ending, while its intent there is open.
CREATE TABLE open_intent (
  scope          TEXT PRIMARY KEY,
  release_id     TEXT NOT NULL,
  step           INTEGER NOT NULL,
  direction      TEXT NOT NULL CHECK (direction IN ('DO', 'UNDO')),
  token          BIGINT NOT NULL,
  UNIQUE (release_id, step),
  FOREIGN KEY (scope, release_id) REFERENCES scope_owner (scope, release_id));

-- Append-only; the only source of truth.
CREATE TABLE journal (
  release_id     TEXT NOT NULL REFERENCES release (id),
  seq            BIGINT NOT NULL CHECK (seq > 0),
  kind           TEXT NOT NULL,
  step           INTEGER,
  direction      TEXT,
  scope          TEXT,
  token          BIGINT,                    -- of an intent or a reattempt
  done           INTEGER,                   -- 1 for an outcome that finished its step
  fence          BIGINT NOT NULL,
  actor          TEXT NOT NULL,
  at             BIGINT NOT NULL,
  body           TEXT NOT NULL,
  PRIMARY KEY (release_id, seq));
CREATE UNIQUE INDEX journal_done_once ON journal (release_id, step, direction) WHERE done = 1;
CREATE UNIQUE INDEX journal_token_used_once ON journal (scope, token) WHERE token IS NOT NULL;

-- What a scope has run; the greatest ordinal is what it runs now.
CREATE TABLE deployed (
  scope          TEXT NOT NULL REFERENCES scope (scope),
  ordinal        BIGINT NOT NULL,
  release_id     TEXT NOT NULL REFERENCES release (id),
  revision       TEXT NOT NULL,
  deployment     TEXT NOT NULL,
  soaked         INTEGER NOT NULL CHECK (soaked IN (0, 1)),
  at             BIGINT NOT NULL,
  PRIMARY KEY (scope, ordinal));

-- Repeated requests get the first answer.
CREATE TABLE request (
  request_key    TEXT PRIMARY KEY,
  body_digest    TEXT NOT NULL,
  releases       TEXT NOT NULL,             -- ids, one a line
  at             BIGINT NOT NULL);

-- One leaf for every entry, in the entry's own transaction. Append-only.
CREATE TABLE audit (
  seq            BIGINT PRIMARY KEY CHECK (seq > 0),
  at             BIGINT NOT NULL,
  actor          TEXT NOT NULL,
  body           TEXT NOT NULL,
  leaf_hash      TEXT NOT NULL);            -- RFC 6962: SHA-256 of a zero byte and the body
