CREATE TABLE kudos (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    giver uuid NOT NULL REFERENCES profile,
    receiver uuid NOT NULL REFERENCES profile,
    text text NOT NULL,
    given_at timestamptz NOT NULL DEFAULT now()
);
