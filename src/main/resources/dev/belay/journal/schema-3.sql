-- The Merkle tree over the audit log, grown in the transaction of each entry, and what was signed of
-- it. What was written before gets into the tree when this form is laid out.

-- Nodes over complete subtrees in the order in which they became complete, from 1 without gaps; leaves
-- are in audit. Level and index follow from the place, so that the newest is always added at the end.
CREATE TABLE audit_node (
  pos            INTEGER PRIMARY KEY CHECK (pos > 0),
  hash           TEXT NOT NULL);            -- RFC 6962: SHA-256 of a byte 1 and the two below

CREATE TABLE audit_checkpoint (
  tree_size      BIGINT PRIMARY KEY CHECK (tree_size > 0),
  root_hash      TEXT NOT NULL,
  note           TEXT NOT NULL,             -- C2SP signed note
  at             BIGINT NOT NULL);

CREATE TRIGGER audit_node_never_changes BEFORE UPDATE ON audit_node BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_node_never_shrinks BEFORE DELETE ON audit_node BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_checkpoint_never_changes BEFORE UPDATE ON audit_checkpoint BEGIN SELECT RAISE(ABORT, 'what was signed stays'); END;
CREATE TRIGGER audit_checkpoint_never_shrinks BEFORE DELETE ON audit_checkpoint BEGIN SELECT RAISE(ABORT, 'what was signed stays'); END;
