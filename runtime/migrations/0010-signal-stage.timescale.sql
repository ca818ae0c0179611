-- In chunks of a day, as the other tables whose key holds a time.

SELECT create_hypertable('signal_stage', by_range('at', interval '1 day'),
  migrate_data => true, create_default_indexes => false);
ALTER TABLE signal_stage SET (timescaledb.compress,
  timescaledb.compress_segmentby = 'intersection', timescaledb.compress_orderby = 'at DESC');
SELECT add_compression_policy('signal_stage', compress_after => interval '7 days');

SELECT create_hypertable('approach_state', by_range('window_start', interval '1 day'),
  migrate_data => true, create_default_indexes => false);
ALTER TABLE approach_state SET (timescaledb.compress,
  timescaledb.compress_segmentby = 'intersection', timescaledb.compress_orderby = 'window_start DESC');
SELECT add_compression_policy('approach_state', compress_after => interval '7 days');
