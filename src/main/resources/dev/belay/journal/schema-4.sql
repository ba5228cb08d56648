-- People and their tokens: beside the audit log, so that what is changed about them and the line
-- that says by whom are one transaction. Lists hold one grant a line.

CREATE TABLE person (
  name           TEXT PRIMARY KEY,
  state          TEXT NOT NULL CHECK (state IN ('ACTIVE', 'DISABLED', 'REMOVED')),
  grants         TEXT NOT NULL);

-- No secret: hashes of it. What was given out stays as it was, apart from its end.
CREATE TABLE api_token (
  id             TEXT PRIMARY KEY,
  owner          TEXT NOT NULL REFERENCES person (name),
  name           TEXT NOT NULL,
  hash           TEXT NOT NULL UNIQUE,
  reader_hash    TEXT NOT NULL UNIQUE,
  scopes         TEXT NOT NULL,
  parent         TEXT NOT NULL,
  made_by        TEXT NOT NULL,
  made_at        BIGINT NOT NULL,
  expires_at     BIGINT NOT NULL CHECK (expires_at > made_at),
  revoked_at     BIGINT NOT NULL DEFAULT 0,
  UNIQUE (owner, name));

CREATE TRIGGER person_never_vanishes BEFORE DELETE ON person BEGIN SELECT RAISE(ABORT, 'a name stays with what was done in it'); END;
CREATE TRIGGER person_stays_removed BEFORE UPDATE ON person WHEN OLD.state = 'REMOVED' BEGIN SELECT RAISE(ABORT, 'who was removed does not come back'); END;
CREATE TRIGGER token_never_vanishes BEFORE DELETE ON api_token BEGIN SELECT RAISE(ABORT, 'a token stays, for what was done with it'); END;
CREATE TRIGGER token_is_frozen BEFORE UPDATE OF id, owner, name, hash, reader_hash, scopes, parent, made_by, made_at, expires_at ON api_token BEGIN SELECT RAISE(ABORT, 'a token never changes'); END;
CREATE TRIGGER token_stays_revoked BEFORE UPDATE ON api_token WHEN OLD.revoked_at <> 0 BEGIN SELECT RAISE(ABORT, 'a revoked token stays revoked'); END;
