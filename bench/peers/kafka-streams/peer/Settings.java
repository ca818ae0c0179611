package peer;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;

/** All settings, each with its reason. Those of the JVM are in {@code jvm.options}. */
final class Settings {
    final String jobName = required("BENCH_JOB");
    final Job job = Job.named(jobName);
    final String brokers = required("BENCH_BROKERS");
    final String topic = required("BENCH_TOPIC");
    final int partitions = Integer.parseInt(required("BENCH_PARTITIONS"));
    final String prefix = required("BENCH_PREFIX");
    final URI database = URI.create(required("BENCH_DATABASE_URL"));
    final Path reference = Path.of(required("BENCH_REFERENCE"));
    final Path state = Path.of(required("BENCH_STATE"));
    final boolean exactlyOnce = switch (required("BENCH_GUARANTEE")) {
        case "exactly-once" -> true;
        case "at-least-once" -> false;
        default -> throw new IllegalArgumentException("BENCH_GUARANTEE is neither exactly-once nor at-least-once");
    };

    // What only this peer knows, to compare ways of doing it. The defaults are what was fastest.

    /** How the job is done; see the README. */
    enum Variant {
        DSL,
        PROCESSOR,
        OWN_STORE
    }

    final Variant variant = switch (optional("BENCH_VARIANT", "own-store")) {
        case "dsl" -> Variant.DSL;
        case "processor" -> Variant.PROCESSOR;
        case "own-store" -> Variant.OWN_STORE;
        default -> throw new IllegalArgumentException("BENCH_VARIANT is none of dsl, processor and own-store");
    };
    /** Where state is kept beside its changelog: {@code memory} or {@code rocksdb}. */
    final String store = optional("BENCH_STORE", "memory");

    final int threads = Integer.parseInt(optional("BENCH_THREADS", "1"));
    /** Milliseconds. */
    final int commitInterval = Integer.parseInt(optional("BENCH_COMMIT_MS", "1000"));

    /** Rows of complete windows, on their way to the database. */
    final String rows = prefix + "rows";

    /** For a topic of rows. */
    static final Map<String, String> ROWS_TOPIC = Map.of(
            // A benchmark's event time may be long ago, and the broker must not take the rows for old ones.
            TopicConfig.RETENTION_MS_CONFIG, "-1",
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");

    Properties streams() {
        if (job == Job.HOP && variant != Variant.OWN_STORE)
            throw new IllegalArgumentException("hop is done by BENCH_VARIANT=own-store only");
        Properties all = new Properties();
        all.put(StreamsConfig.APPLICATION_ID_CONFIG, prefix + "streams");
        all.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
        all.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        all.put(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                exactlyOnce ? StreamsConfig.EXACTLY_ONCE_V2 : StreamsConfig.AT_LEAST_ONCE);
        all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        // The default is 100 ms when exactly once. Each commit waits for the broker and writes what has changed into
        // the changelog; once a second costs less and is still sooner than any window closes.
        all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval);
        // For the record cache, which only the variants with ordinary stores have: all open windows fit, so an entry is
        // written once a commit, however often it has changed. The default is 10 MiB.
        all.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64L << 20);

        // A process that comes back under its name gets its partitions at once, rather than after session.timeout.ms.
        all.put(StreamsConfig.mainConsumerPrefix(CommonClientConfigs.GROUP_INSTANCE_ID_CONFIG), prefix + "process");
        all.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        // The default. Larger fetches take more memory and gained nothing.
        all.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG),
                optional("BENCH_FETCH_BYTES", "1048576"));
        all.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MAX_BYTES_CONFIG), 64 << 20);
        all.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.RECEIVE_BUFFER_CONFIG), optional("BENCH_SOCKET", "65536"));
        // How many records a poll hands over, and at how many a partition is paused. The default of both is 1000; more
        // means that fewer rounds are made for the same records.
        all.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG),
                optional("BENCH_POLL_RECORDS", "10000"));
        all.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, optional("BENCH_BUFFERED_RECORDS", "10000"));

        // For the changelog and the rows: what a commit writes leaves in few requests.
        all.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 << 10);
        all.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), 4 << 20);
        all.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 100);

        // For the DSL. Nothing is left to be optimised in the topology, but its documentation says to turn it on.
        all.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.OPTIMIZE);
        // A changelog of windows is deleted by age, by default what is a day older than the window may be, and a
        // benchmark's event time may be long ago. Ten years.
        all.put(StreamsConfig.WINDOW_STORE_CHANGE_LOG_ADDITIONAL_RETENTION_MS_CONFIG, 10L * 365 * 86_400_000);
        // How often the DSL looks for windows that are complete, in time of the wall: internal, and by default once a
        // second. Here event time goes by so fast that the last window of a feed might be complete, and no more records
        // come, before the second is over.
        all.put("__emit.interval.ms.kstreams.windowed.aggregation__", 100L);

        // Nobody reads the numbers of a benchmark.
        all.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        all.put(StreamsConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        return all;
    }

    /** For who reads the topic of rows. */
    Properties sink() {
        Properties all = new Properties();
        all.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
        all.put(ConsumerConfig.GROUP_ID_CONFIG, prefix + "sink");
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, exactlyOnce ? "read_committed" : "read_uncommitted");
        // Offsets are committed by hand, once the rows are in the database.
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        // All rows that a commit has let through are to be one batch; with the DSL a record is one row.
        all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20_000);
        all.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);
        all.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1 << 20);
        all.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
        all.put(ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        all.put(ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        return all;
    }

    private static String required(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) throw new IllegalArgumentException(name + " is not set");
        return value;
    }

    private static String optional(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }
}
