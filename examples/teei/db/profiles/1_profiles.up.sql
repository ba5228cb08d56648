CREATE TABLE profile (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL UNIQUE,
    seen_at timestamptz NOT NULL DEFAULT now()
);
