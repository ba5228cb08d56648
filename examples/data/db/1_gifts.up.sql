CREATE TABLE gift (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    giver text NOT NULL,
    euros numeric(12, 2) NOT NULL,
    given_at timestamptz NOT NULL DEFAULT now()
);
