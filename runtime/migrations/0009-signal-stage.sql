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

-- What stood and came before signals, minute by minute.

CREATE TABLE approach_state (
  district text COLLATE "C" NOT NULL,
  intersection text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  window_start timestamptz NOT NULL,
  window_seconds integer NOT NULL,
  statuses integer NOT NULL,
  twin jsonb,
  lanes jsonb NOT NULL,
  PRIMARY KEY (intersection, window_start)
);
CREATE INDEX approach_state_window_start ON approach_state (window_start);

-- What applied plans have been worth, window by window.

CREATE TABLE signal_benefit (
  district text COLLATE "C" NOT NULL,
  intersection text COLLATE "C" NOT NULL,
  recommendation text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  applied_at timestamptz NOT NULL,
  windows integer NOT NULL,
  predicted_saving_deciseconds integer NOT NULL,
  delay_deciseconds integer NOT NULL,
  expected_delay_deciseconds integer NOT NULL,
  saving_deciseconds integer NOT NULL,
  saving_low_deciseconds integer NOT NULL,
  saving_high_deciseconds integer NOT NULL,
  verdict text COLLATE "C" NOT NULL,
  PRIMARY KEY (recommendation, windows)
);
CREATE INDEX signal_benefit_at ON signal_benefit (at);
