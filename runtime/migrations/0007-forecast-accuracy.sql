-- How forecasts did, hour by hour. What is summed over a range is found by the second index; of one link or car park by
-- the key.

CREATE TABLE forecast_accuracy (
  district text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  window_start timestamptz NOT NULL,
  window_seconds integer NOT NULL,
  horizon_minutes integer NOT NULL,
  judged integer NOT NULL,
  held integer NOT NULL,
  absolute_error bigint NOT NULL,
  persistence_judged integer NOT NULL,
  persistence_error bigint NOT NULL,
  absolute_error_beside_persistence bigint NOT NULL,
  profile_judged integer NOT NULL,
  profile_error bigint NOT NULL,
  absolute_error_beside_profile bigint NOT NULL,
  width bigint NOT NULL,
  interval_score bigint NOT NULL,
  PRIMARY KEY (subject, id, horizon_minutes, window_start)
);
CREATE INDEX forecast_accuracy_window_start ON forecast_accuracy (subject, window_start);
