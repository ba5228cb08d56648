-- When queued releases are to begin: those without a line as soon as they can. What was said last
-- counts; the journal has it all.

CREATE TABLE appointment (
  release_id     TEXT PRIMARY KEY REFERENCES release (id),
  not_before     BIGINT NOT NULL,
  not_after      BIGINT NOT NULL CHECK (not_after >= not_before));
