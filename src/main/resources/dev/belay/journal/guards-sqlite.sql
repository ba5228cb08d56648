-- What keys and checks cannot say, in SQLite's dialect: nothing written is changed, nothing is
-- written out of order, by the past, or after the end. One trigger per line.

CREATE TRIGGER journal_never_changes BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_never_shrinks BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_dense BEFORE INSERT ON journal WHEN NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM journal WHERE release_id = NEW.release_id) BEGIN SELECT RAISE(ABORT, 'a journal has no gaps'); END;
CREATE TRIGGER journal_ends BEFORE INSERT ON journal WHEN (SELECT ended_at FROM release WHERE id = NEW.release_id) IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the release has ended'); END;
CREATE TRIGGER journal_refuses_the_past BEFORE INSERT ON journal WHEN NEW.fence <> 0 AND NEW.fence < (SELECT fence FROM release WHERE id = NEW.release_id) BEGIN SELECT RAISE(ABORT, 'somebody newer holds the lease'); END;
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_dense BEFORE INSERT ON audit WHEN NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM audit) BEGIN SELECT RAISE(ABORT, 'the audit log has no gaps'); END;
CREATE TRIGGER plan_is_frozen BEFORE UPDATE ON release_plan BEGIN SELECT RAISE(ABORT, 'a plan never changes'); END;
CREATE TRIGGER release_is_frozen BEFORE UPDATE OF id, ordinal, environment, title, plan_digest, manifest_digest, engine, created_by, created_at ON release BEGIN SELECT RAISE(ABORT, 'what was submitted never changes'); END;
CREATE TRIGGER release_never_vanishes BEFORE DELETE ON release BEGIN SELECT RAISE(ABORT, 'a release stays'); END;
CREATE TRIGGER release_stays_ended BEFORE UPDATE ON release WHEN OLD.ended_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the release has ended'); END;
CREATE TRIGGER release_never_turns_forward BEFORE UPDATE ON release WHEN OLD.direction = 'UNDO' AND NEW.direction = 'DO' BEGIN SELECT RAISE(ABORT, 'a release never turns forward again'); END;
CREATE TRIGGER fence_only_grows BEFORE UPDATE ON release WHEN NEW.fence < OLD.fence BEGIN SELECT RAISE(ABORT, 'a fence only grows'); END;
CREATE TRIGGER token_only_grows BEFORE UPDATE ON scope WHEN NEW.op_token <= OLD.op_token BEGIN SELECT RAISE(ABORT, 'a token only grows'); END;
CREATE TRIGGER scope_never_vanishes BEFORE DELETE ON scope BEGIN SELECT RAISE(ABORT, 'a scope stays, for its token'); END;
