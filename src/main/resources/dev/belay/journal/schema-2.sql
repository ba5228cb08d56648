-- A baseline is all that a scope ran, not its revision alone; empty for what older versions queued.

ALTER TABLE release_baseline ADD COLUMN deployment TEXT NOT NULL DEFAULT '';
