package peer;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The benchmark's jobs in Kafka Streams: frames to rows, and rows to PostgreSQL, in one process. */
public final class Main {
    /** Of stream threads that are replaced; with more of them, something else is wrong. */
    private static final int MOST_FAILURES = 10;

    private Main() {}

    public static void main(String[] args) throws Exception {
        Settings settings = new Settings();
        Reference reference = new Reference(settings.reference, settings.job);
        makeRowsTopic(settings);

        Sink sink = new Sink(settings);
        Thread sinking = new Thread(sink, "sink");
        sinking.setUncaughtExceptionHandler((thread, failure) -> die(failure));
        Properties properties = settings.streams();
        KafkaStreams streams = new KafkaStreams(topology(settings, reference, properties), properties);
        AtomicInteger failures = new AtomicInteger();
        streams.setUncaughtExceptionHandler(failure -> {
            // Such as that the process was held up for longer than a transaction may last.
            if (failures.incrementAndGet() > MOST_FAILURES) die(failure);
            failure.printStackTrace();
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            streams.close(Duration.ofSeconds(10));
            sink.stop();
            try {
                sinking.join(10_000);
            } catch (InterruptedException hurry) {
                Thread.currentThread().interrupt();
            }
        }));
        sinking.start();
        streams.start();
    }

    private static Topology topology(Settings settings, Reference reference, Properties properties) {
        return switch (settings.variant) {
            case DSL -> new Dsl(settings, reference).topology(properties);
            case PROCESSOR -> processor(settings, reference);
            case OWN_STORE -> ownStore(settings, reference);
        };
    }

    /** No repartition topic: all readings of a link are in one partition, and so are its windows. */
    private static Topology processor(Settings settings, Reference reference) {
        return new Topology()
                .addSource(
                        Topology.AutoOffsetReset.EARLIEST,
                        "frames",
                        AvroFrames.END,
                        new StringDeserializer(),
                        new AvroFrames(),
                        settings.topic)
                .addProcessor("links", () -> new CabinetProcessor(settings.job, reference), "frames")
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                        supplier(settings, CabinetProcessor.STORE), Serdes.Bytes(), Sums.SERDE)
                                .withCachingEnabled(),
                        "links")
                .addSink("rows", settings.rows, new IntegerSerializer(), new ByteArraySerializer(), SAME, "links");
    }

    private static Topology ownStore(Settings settings, Reference reference) {
        StoreBuilder<KeyValueStore<Bytes, byte[]>> inner = Stores.keyValueStoreBuilder(
                supplier(settings, LinkProcessor.STORE), Serdes.Bytes(), Serdes.ByteArray());
        return new Topology()
                .addSource(
                        Topology.AutoOffsetReset.EARLIEST,
                        "frames",
                        new Frames.Clock(),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        settings.topic)
                .addProcessor("links", LinkProcessor::new, "frames")
                .addStateStore(new PaneStore.Builder(inner, settings.job, reference), "links")
                .addSink("rows", settings.rows, new IntegerSerializer(), new ByteArraySerializer(), SAME, "links");
    }

    private static KeyValueBytesStoreSupplier supplier(Settings settings, String name) {
        return settings.store.equals("rocksdb") ? Stores.persistentKeyValueStore(name) : Stores.inMemoryKeyValueStore(name);
    }

    /** Rows go into the partition that their frames came from. */
    private static final StreamPartitioner<Integer, byte[]> SAME =
            (topic, partition, rows, partitions) -> Optional.of(Set.of(partition % partitions));

    private static void makeRowsTopic(Settings settings) throws InterruptedException, ExecutionException {
        NewTopic topic = new NewTopic(settings.rows, Optional.of(settings.partitions), Optional.empty());
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.brokers))) {
            admin.createTopics(List.of(topic.configs(Settings.ROWS_TOPIC))).all().get();
        } catch (ExecutionException failure) {
            if (!(failure.getCause() instanceof TopicExistsException)) throw failure;
        }
    }

    /** A process that cannot go on ends, and is started again by whoever runs it. */
    private static void die(Throwable failure) {
        failure.printStackTrace();
        Runtime.getRuntime().halt(1);
    }
}
