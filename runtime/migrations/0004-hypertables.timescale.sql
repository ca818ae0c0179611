-- The tables whose key holds a time, in chunks of a day. Chunks are compressed when they are a week old: long after the
-- last revision that a processor makes. Rows may still come then; they are merged when asked for.

SELECT create_hypertable('link_state', by_range('window_start', interval '1 day'),
  migrate_data => true, create_default_indexes => false);
ALTER TABLE link_state SET (timescaledb.compress,
  timescaledb.compress_segmentby = 'link', timescaledb.compress_orderby = 'window_start DESC');
SELECT add_compression_policy('link_state', compress_after => interval '7 days');

SELECT create_hypertable('intersection_performance', by_range('window_start', interval '1 day'),
  migrate_data => true, create_default_indexes => false);
ALTER TABLE intersection_performance SET (timescaledb.compress,
  timescaledb.compress_segmentby = 'intersection', timescaledb.compress_orderby = 'window_start DESC');
SELECT add_compression_policy('intersection_performance', compress_after => interval '7 days');

SELECT create_hypertable('parking_state', by_range('window_start', interval '1 day'),
  migrate_data => true, create_default_indexes => false);
ALTER TABLE parking_state SET (timescaledb.compress,
  timescaledb.compress_segmentby = 'facility', timescaledb.compress_orderby = 'window_start DESC');
SELECT add_compression_policy('parking_state', compress_after => interval '7 days');

SELECT create_hypertable('link_forecast', by_range('at', interval '1 day'),
  migrate_data => true, create_default_indexes => false);
ALTER TABLE link_forecast SET (timescaledb.compress,
  timescaledb.compress_segmentby = 'link, horizon_minutes', timescaledb.compress_orderby = 'at DESC');
SELECT add_compression_policy('link_forecast', compress_after => interval '7 days');

SELECT create_hypertable('parking_forecast', by_range('at', interval '1 day'),
  migrate_data => true, create_default_indexes => false);
ALTER TABLE parking_forecast SET (timescaledb.compress,
  timescaledb.compress_segmentby = 'facility, horizon_minutes', timescaledb.compress_orderby = 'at DESC');
SELECT add_compression_policy('parking_forecast', compress_after => interval '7 days');
