-- Euros with a comma become whole cents. First the new column beside the old one, and a trigger that
-- keeps both equal, whichever of them a release writes.
ALTER TABLE gift ADD cents bigint;

CREATE FUNCTION gift_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.cents := coalesce(NEW.cents, round(NEW.euros * 100));
        NEW.euros := coalesce(NEW.euros, NEW.cents / 100.0);
    ELSIF NEW.euros IS DISTINCT FROM OLD.euros THEN
        NEW.cents := round(NEW.euros * 100);
    ELSIF NEW.cents IS DISTINCT FROM OLD.cents THEN
        NEW.euros := NEW.cents / 100.0;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER gift_sums BEFORE INSERT OR UPDATE ON gift
    FOR EACH ROW EXECUTE FUNCTION gift_sums();
