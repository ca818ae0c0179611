-- The aggregates, kept ready by TimescaleDB. What is newer than the last refresh is summed up when asked for.
-- Buckets are made ready an hour after their end, when nothing on time can revise them any more; from the beginning,
-- for each run does only what has changed since the last.

DO $do$
DECLARE
  ending text;
  length interval;
  pause interval;
BEGIN
  FOR ending, length, pause IN VALUES
    ('5m', interval '5 min', interval '15 min'), ('15m', '15 min', '30 min'),
    ('1h', '1 h', '1 h'), ('1d', '1 day', '6 h')
  LOOP
    EXECUTE format('DROP VIEW link_state_%s', ending);
    EXECUTE format($sql$
      CREATE MATERIALIZED VIEW link_state_%s
      WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS SELECT
        link,
        time_bucket(%L, window_start, timestamptz '1970-01-01 00:00:00+00') AS bucket,
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
      FROM link_state GROUP BY 1, 2 WITH NO DATA
    $sql$, ending, length);
    PERFORM add_continuous_aggregate_policy(
      format('link_state_%s', ending)::regclass,
      start_offset => NULL, end_offset => interval '1 h', schedule_interval => pause);
  END LOOP;
END
$do$;

DO $do$
DECLARE
  ending text;
  length interval;
  pause interval;
BEGIN
  FOR ending, length, pause IN VALUES
    ('5m', interval '5 min', interval '15 min'), ('15m', '15 min', '30 min'),
    ('1h', '1 h', '1 h'), ('1d', '1 day', '6 h')
  LOOP
    EXECUTE format('DROP VIEW parking_state_%s', ending);
    EXECUTE format($sql$
      CREATE MATERIALIZED VIEW parking_state_%s
      WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS SELECT
        facility,
        time_bucket(%L, window_start, timestamptz '1970-01-01 00:00:00+00') AS bucket,
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
      FROM parking_state GROUP BY 1, 2 WITH NO DATA
    $sql$, ending, length);
    PERFORM add_continuous_aggregate_policy(
      format('parking_state_%s', ending)::regclass,
      start_offset => NULL, end_offset => interval '1 h', schedule_interval => pause);
  END LOOP;
END
$do$;

DO $do$
DECLARE
  ending text;
  length interval;
  pause interval;
BEGIN
  FOR ending, length, pause IN VALUES
    ('5m', interval '5 min', interval '15 min'), ('15m', '15 min', '30 min'),
    ('1h', '1 h', '1 h'), ('1d', '1 day', '6 h')
  LOOP
    EXECUTE format('DROP VIEW intersection_performance_%s', ending);
    EXECUTE format($sql$
      CREATE MATERIALIZED VIEW intersection_performance_%s
      WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS SELECT
        intersection,
        time_bucket(%L, window_start, timestamptz '1970-01-01 00:00:00+00') AS bucket,
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
      FROM intersection_performance GROUP BY 1, 2 WITH NO DATA
    $sql$, ending, length);
    PERFORM add_continuous_aggregate_policy(
      format('intersection_performance_%s', ending)::regclass,
      start_offset => NULL, end_offset => interval '1 h', schedule_interval => pause);
  END LOOP;
END
$do$;
