-- Which phases were advised to be green next, and why.

CREATE TABLE signal_stage (
  district text COLLATE "C" NOT NULL,
  intersection text COLLATE "C" NOT NULL,
  advice text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  status_at timestamptz NOT NULL,
  call_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  nonce text COLLATE "C" NOT NULL,
  phases jsonb NOT NULL,
  previous jsonb NOT NULL,
  constraints jsonb NOT NULL,
  waiting_vehicles integer NOT NULL,
  served_vehicles integer NOT NULL,
  longest_wait_seconds integer NOT NULL,
  reason text COLLATE "C" NOT NULL,
  signature text COLLATE "C" NOT NULL,
  PRIMARY KEY (intersection, at)
);
CREATE INDEX signal_stage_at ON signal_stage (at);
