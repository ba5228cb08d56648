-- belay: contract
-- belay: irreversible because the cents hold what the euros said
DROP TRIGGER gift_sums ON gift;
DROP FUNCTION gift_sums();
ALTER TABLE gift DROP euros;
