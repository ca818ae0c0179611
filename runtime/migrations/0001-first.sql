-- One table for each entry of schemas/tables.ts, one column for each field of its schema.
-- Texts are compared by their bytes, so that the order of rows does not depend on where the server was set up.

CREATE TABLE link_state (
  district text COLLATE "C" NOT NULL,
  link text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  window_start timestamptz NOT NULL,
  window_seconds integer NOT NULL,
  revision integer NOT NULL,
  vehicles integer NOT NULL,
  flow_vph integer,
  occupancy_permille integer,
  space_mean_decikph integer,
  delay_deciseconds integer,
  travel_time_index_permille integer,
  level_of_service text COLLATE "C",
  quality text COLLATE "C" NOT NULL,
  samples integer NOT NULL,
  expected_samples integer NOT NULL,
  PRIMARY KEY (link, window_start)
);

CREATE TABLE intersection_performance (
  district text COLLATE "C" NOT NULL,
  intersection text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  window_start timestamptz NOT NULL,
  window_seconds integer NOT NULL,
  revision integer NOT NULL,
  cycles integer NOT NULL,
  cycle_deciseconds integer,
  phases jsonb NOT NULL,
  control_delay_deciseconds integer,
  level_of_service text COLLATE "C",
  quality text COLLATE "C" NOT NULL,
  PRIMARY KEY (intersection, window_start)
);

CREATE TABLE incident (
  district text COLLATE "C" NOT NULL,
  incident text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  revision integer NOT NULL,
  kind text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  severity text COLLATE "C" NOT NULL,
  link text COLLATE "C",
  longitude double precision NOT NULL,
  latitude double precision NOT NULL,
  started_at timestamptz NOT NULL,
  detected_at timestamptz NOT NULL,
  ended_at timestamptz,
  confidence_permille integer NOT NULL,
  sources jsonb NOT NULL,
  text text COLLATE "C" NOT NULL,
  plate_token text COLLATE "C",
  PRIMARY KEY (incident)
);
CREATE INDEX incident_started ON incident (started_at);

CREATE TABLE parking_state (
  district text COLLATE "C" NOT NULL,
  facility text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  window_start timestamptz NOT NULL,
  window_seconds integer NOT NULL,
  revision integer NOT NULL,
  capacity_spaces integer NOT NULL,
  occupied_spaces integer,
  free_spaces integer,
  entries integer NOT NULL,
  exits integer NOT NULL,
  drift_spaces integer NOT NULL,
  method text COLLATE "C" NOT NULL,
  quality text COLLATE "C" NOT NULL,
  observed_at timestamptz,
  PRIMARY KEY (facility, window_start)
);

-- In the keys of forecasts the horizon stands before the time, so that the newest of each horizon is found by
-- walking the key backwards.
CREATE TABLE link_forecast (
  district text COLLATE "C" NOT NULL,
  link text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  target timestamptz NOT NULL,
  horizon_minutes integer NOT NULL,
  space_mean_decikph integer,
  low_decikph integer,
  high_decikph integer,
  level_permille integer NOT NULL,
  coverage_permille integer,
  model text COLLATE "C" NOT NULL,
  quality text COLLATE "C" NOT NULL,
  PRIMARY KEY (link, horizon_minutes, at)
);

CREATE TABLE parking_forecast (
  district text COLLATE "C" NOT NULL,
  facility text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  target timestamptz NOT NULL,
  horizon_minutes integer NOT NULL,
  capacity_spaces integer NOT NULL,
  free_spaces integer,
  low_spaces integer,
  high_spaces integer,
  space_probability_permille integer,
  level_permille integer NOT NULL,
  coverage_permille integer,
  model text COLLATE "C" NOT NULL,
  quality text COLLATE "C" NOT NULL,
  PRIMARY KEY (facility, horizon_minutes, at)
);

CREATE TABLE signal_recommendation (
  district text COLLATE "C" NOT NULL,
  intersection text COLLATE "C" NOT NULL,
  recommendation text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  nonce text COLLATE "C" NOT NULL,
  plan jsonb NOT NULL,
  previous jsonb NOT NULL,
  constraints jsonb NOT NULL,
  evidence jsonb NOT NULL,
  current_delay_deciseconds integer NOT NULL,
  predicted_delay_deciseconds integer NOT NULL,
  benefit_low_deciseconds integer NOT NULL,
  benefit_high_deciseconds integer NOT NULL,
  reason text COLLATE "C" NOT NULL,
  signature text COLLATE "C" NOT NULL,
  PRIMARY KEY (recommendation)
);
CREATE INDEX signal_recommendation_intersection ON signal_recommendation (intersection, at);

CREATE TABLE notification (
  district text COLLATE "C" NOT NULL,
  notification text COLLATE "C" NOT NULL,
  subscription text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  kind text COLLATE "C" NOT NULL,
  facility text COLLATE "C",
  incident text COLLATE "C",
  space_probability_permille integer,
  basis text COLLATE "C" NOT NULL,
  text text COLLATE "C" NOT NULL,
  url text COLLATE "C",
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (notification)
);
CREATE INDEX notification_subscription ON notification (subscription, at);

-- Where each task stands; the compare-and-set of a commit looks at version and epoch.
CREATE TABLE progress (
  processor text COLLATE "C" NOT NULL,
  partition integer NOT NULL,
  version bigint NOT NULL,
  epoch bigint NOT NULL,
  state_version integer NOT NULL,
  released_through timestamptz,
  -- json, not jsonb: kept to the letter.
  topics json NOT NULL,
  ledger json NOT NULL,
  outbox bytea NOT NULL,
  PRIMARY KEY (processor, partition)
);

-- Records that could not be used, by where they stand in the log.
CREATE TABLE unusable (
  processor text COLLATE "C" NOT NULL,
  topic text COLLATE "C" NOT NULL,
  partition integer NOT NULL,
  position bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  field text COLLATE "C" NOT NULL,
  detail text COLLATE "C" NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (processor, topic, partition, position)
);

-- State of tasks that must survive.
CREATE TABLE kept_state (
  processor text COLLATE "C" NOT NULL,
  partition integer NOT NULL,
  key text COLLATE "C" NOT NULL,
  value json NOT NULL,
  PRIMARY KEY (processor, partition, key)
);
