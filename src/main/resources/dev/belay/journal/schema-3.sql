-- The Merkle tree over the audit log, grown in the transaction of each entry, and what was signed of
-- it. What was written before gets into the tree when this form is laid out.

-- The nodes over complete subtrees that an entry completes, from the lowest up: RFC 6962, SHA-256 of a
-- byte 1 and the two below, hexadecimal. Beside the entry, so that they cost no place of their own; the
-- node of a level over some entries is with the last of them.
ALTER TABLE audit ADD COLUMN nodes TEXT NOT NULL DEFAULT '';

CREATE TABLE audit_checkpoint (
  tree_size      BIGINT PRIMARY KEY CHECK (tree_size > 0),
  root_hash      TEXT NOT NULL,
  note           TEXT NOT NULL,             -- C2SP signed note
  at             BIGINT NOT NULL);

-- Entries from before get their nodes once; each second entry completes none, ever.
DROP TRIGGER audit_never_changes;
CREATE TRIGGER audit_never_changes BEFORE UPDATE OF seq, at, actor, body, leaf_hash ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_nodes_never_change BEFORE UPDATE OF nodes ON audit WHEN OLD.nodes <> '' OR OLD.seq % 2 = 1 BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_checkpoint_never_changes BEFORE UPDATE ON audit_checkpoint BEGIN SELECT RAISE(ABORT, 'what was signed stays'); END;
CREATE TRIGGER audit_checkpoint_never_shrinks BEFORE DELETE ON audit_checkpoint BEGIN SELECT RAISE(ABORT, 'what was signed stays'); END;
