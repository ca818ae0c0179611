-- In chunks of a day, as the other tables whose key holds a time.

SELECT create_hypertable('signal_stage', by_range('at', interval '1 day'),
  migrate_data => true, create_default_indexes => false);
ALTER TABLE signal_stage SET (timescaledb.compress,
  timescaledb.compress_segmentby = 'intersection', timescaledb.compress_orderby = 'at DESC');
SELECT add_compression_policy('signal_stage', compress_after => interval '7 days');
