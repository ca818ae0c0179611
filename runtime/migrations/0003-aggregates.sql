-- Sums of the windows in longer buckets: as views, which TimescaleDB replaces by what it keeps ready. The columns are
-- those of runtime/aggregates.ts.

-- The sum of a field over the phases of an intersection; null when no phase has it.
CREATE FUNCTION phase_total(phases jsonb, field text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (SELECT sum((phase ->> field)::bigint) FROM jsonb_array_elements(phases) AS phase)::bigint;

-- The time in milliseconds; unlike extract by itself it does not depend on the session.
CREATE FUNCTION epoch_milliseconds(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (extract(epoch FROM at - timestamptz '1970-01-01 00:00:00+00') * 1000)::bigint;

CREATE FUNCTION is_measured(quality text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN quality IN ('observed', 'imputed');

-- Time that vehicles took at a speed: hours for 100 m in 100,000,000 parts, to the nearest whole.
CREATE FUNCTION pace_parts(vehicles integer, decikph integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (vehicles * bigint '100000000' + decikph / 2) / nullif(decikph, 0);

-- Vehicles an hour of all phases times seconds: what the delay of a window weighs.
CREATE FUNCTION volume_weight(phases jsonb, seconds integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN coalesce(phase_total(phases, 'volumeVph'), 0) * seconds;

-- Days whose buckets, kept ready, do not have all rows of their table: those are summed up anew when asked for.
CREATE TABLE aggregate_behind (
  id bigint GENERATED ALWAYS AS IDENTITY,
  name text COLLATE "C" NOT NULL,
  day timestamptz NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX aggregate_behind_day ON aggregate_behind (name, day);

-- Rows of before that time have been removed with age; one row at most.
CREATE TABLE retention (
  kept_from timestamptz NOT NULL,
  one boolean NOT NULL DEFAULT true CHECK (one),
  PRIMARY KEY (one)
);

DO $do$
DECLARE
  ending text;
  length interval;
BEGIN
  FOR ending, length IN VALUES ('5m', interval '5 min'), ('15m', '15 min'), ('1h', '1 h'), ('1d', '1 day') LOOP
    EXECUTE format($sql$
      CREATE VIEW link_state_%s AS SELECT
        link,
        date_bin(%L, window_start, '1970-01-01 00:00:00+00') AS bucket,
        count(*) AS windows,
        count(*)
          FILTER (WHERE quality = 'observed') AS observed_windows,
        count(*)
          FILTER (WHERE quality = 'imputed') AS imputed_windows,
        max(window_seconds)::bigint AS window_seconds_most,
        coalesce(sum(window_seconds)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS measured_seconds,
        max(epoch_milliseconds(window_start) + window_seconds * bigint '1000')
          FILTER (WHERE is_measured(quality)) AS measured_end,
        count(flow_vph)
          FILTER (WHERE is_measured(quality)) AS counted_windows,
        coalesce(sum(vehicles * (flow_vph IS NOT NULL)::int)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS vehicles,
        coalesce(sum(window_seconds * (flow_vph IS NOT NULL)::int)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS flow_seconds,
        coalesce(sum(flow_vph::bigint * window_seconds)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS flow_by_seconds,
        coalesce(sum(window_seconds * (occupancy_permille IS NOT NULL)::int)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS occupancy_seconds,
        coalesce(sum(occupancy_permille::bigint * window_seconds)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS occupancy_by_seconds,
        coalesce(sum((space_mean_decikph > 0)::int)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS pace_windows,
        coalesce(sum(pace_parts(1, space_mean_decikph))
          FILTER (WHERE is_measured(quality)), 0)::bigint AS pace_total,
        coalesce(sum(vehicles * (flow_vph IS NOT NULL)::int * (space_mean_decikph > 0)::int)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS pace_vehicles,
        coalesce(sum(pace_parts(vehicles * (flow_vph IS NOT NULL)::int, space_mean_decikph))
          FILTER (WHERE is_measured(quality)), 0)::bigint AS pace_by_vehicles,
        count(delay_deciseconds)
          FILTER (WHERE is_measured(quality)) AS delay_windows,
        coalesce(sum(delay_deciseconds::bigint)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS delay_total,
        coalesce(sum(vehicles * (flow_vph IS NOT NULL)::int * (delay_deciseconds IS NOT NULL)::int)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS delay_vehicles,
        coalesce(sum(delay_deciseconds::bigint * vehicles * (flow_vph IS NOT NULL)::int)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS delay_by_vehicles,
        count(travel_time_index_permille)
          FILTER (WHERE is_measured(quality)) AS index_windows,
        coalesce(sum(travel_time_index_permille::bigint)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS index_total,
        coalesce(sum(vehicles * (flow_vph IS NOT NULL)::int * (travel_time_index_permille IS NOT NULL)::int)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS index_vehicles,
        coalesce(sum(travel_time_index_permille::bigint * vehicles * (flow_vph IS NOT NULL)::int)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS index_by_vehicles,
        sum(samples) AS samples,
        sum(expected_samples) AS expected_samples
      FROM link_state GROUP BY 1, 2
    $sql$, ending, length);
  END LOOP;
END
$do$;

DO $do$
DECLARE
  ending text;
  length interval;
BEGIN
  FOR ending, length IN VALUES ('5m', interval '5 min'), ('15m', '15 min'), ('1h', '1 h'), ('1d', '1 day') LOOP
    EXECUTE format($sql$
      CREATE VIEW parking_state_%s AS SELECT
        facility,
        date_bin(%L, window_start, '1970-01-01 00:00:00+00') AS bucket,
        count(*) AS windows,
        count(*)
          FILTER (WHERE quality = 'observed') AS observed_windows,
        count(*)
          FILTER (WHERE quality = 'imputed') AS imputed_windows,
        max(window_seconds)::bigint AS window_seconds_most,
        coalesce(sum(window_seconds)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS measured_seconds,
        max(epoch_milliseconds(window_start) + window_seconds * bigint '1000')
          FILTER (WHERE is_measured(quality)) AS measured_end,
        coalesce(sum(entries)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS entries,
        coalesce(sum(exits)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS exits,
        min(free_spaces)
          FILTER (WHERE is_measured(quality))::bigint AS least_free_spaces,
        max(ARRAY[epoch_milliseconds(window_start), capacity_spaces, occupied_spaces, free_spaces])
          FILTER (WHERE is_measured(quality)) AS newest
      FROM parking_state GROUP BY 1, 2
    $sql$, ending, length);
  END LOOP;
END
$do$;

DO $do$
DECLARE
  ending text;
  length interval;
BEGIN
  FOR ending, length IN VALUES ('5m', interval '5 min'), ('15m', '15 min'), ('1h', '1 h'), ('1d', '1 day') LOOP
    EXECUTE format($sql$
      CREATE VIEW intersection_performance_%s AS SELECT
        intersection,
        date_bin(%L, window_start, '1970-01-01 00:00:00+00') AS bucket,
        count(*) AS windows,
        count(*)
          FILTER (WHERE quality = 'observed') AS observed_windows,
        count(*)
          FILTER (WHERE quality = 'imputed') AS imputed_windows,
        max(window_seconds)::bigint AS window_seconds_most,
        coalesce(sum(window_seconds)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS measured_seconds,
        max(epoch_milliseconds(window_start) + window_seconds * bigint '1000')
          FILTER (WHERE is_measured(quality)) AS measured_end,
        coalesce(sum(cycles)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS cycles,
        count(cycle_deciseconds)
          FILTER (WHERE is_measured(quality)) AS cycle_windows,
        coalesce(sum(cycle_deciseconds::bigint)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS cycle_total,
        coalesce(sum(cycles * (cycle_deciseconds IS NOT NULL)::int)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS cycle_cycles,
        coalesce(sum(cycle_deciseconds::bigint * cycles)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS cycle_by_cycles,
        count(control_delay_deciseconds)
          FILTER (WHERE is_measured(quality)) AS delay_windows,
        coalesce(sum(control_delay_deciseconds::bigint)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS delay_total,
        coalesce(sum(volume_weight(phases, window_seconds) * (control_delay_deciseconds IS NOT NULL)::int)
          FILTER (WHERE is_measured(quality)), 0)::bigint AS delay_volume,
        coalesce(sum(control_delay_deciseconds * volume_weight(phases, window_seconds))
          FILTER (WHERE is_measured(quality)), 0)::bigint AS delay_by_volume,
        sum(phase_total(phases, 'splitFailures'))
          FILTER (WHERE is_measured(quality))::bigint AS split_failures
      FROM intersection_performance GROUP BY 1, 2
    $sql$, ending, length);
  END LOOP;
END
$do$;
