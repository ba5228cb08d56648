DROP TRIGGER gift_sums ON gift;
DROP FUNCTION gift_sums();
ALTER TABLE gift DROP cents;
