-- In chunks of a day, as the other tables whose key holds a time. An hour of a link is one row a horizon, too few to be
-- a segment of its own.

SELECT create_hypertable('forecast_accuracy', by_range('window_start', interval '1 day'),
  migrate_data => true, create_default_indexes => false);
ALTER TABLE forecast_accuracy SET (timescaledb.compress,
  timescaledb.compress_segmentby = 'subject, horizon_minutes',
  timescaledb.compress_orderby = 'id, window_start DESC');
SELECT add_compression_policy('forecast_accuracy', compress_after => interval '7 days');
