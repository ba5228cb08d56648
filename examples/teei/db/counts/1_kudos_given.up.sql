CREATE TABLE IF NOT EXISTS kudos_given (
    id String,
    giver String,
    receiver String,
    words UInt32,
    given_at DateTime DEFAULT now()
) ENGINE = MergeTree() PARTITION BY toYYYYMM(given_at) ORDER BY (given_at, id)
