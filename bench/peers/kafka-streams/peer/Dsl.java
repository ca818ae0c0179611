package peer;

import arterial.DetectorFrame;
import arterial.Reading;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.WindowStore;

/** The job as the documentation of Kafka Streams leads to it: a record a reading, by link, in windows of the DSL. */
final class Dsl {
    private static final String SUMS = "sums";

    private final Settings settings;
    private final Reference reference;
    private final ThreadLocal<Rows> rows;

    Dsl(Settings settings, Reference reference) {
        this.settings = settings;
        this.reference = reference;
        rows = ThreadLocal.withInitial(() -> new Rows(settings.job));
    }

    /**
     * Time is that of the middle of the interval, as a window of the DSL is by the time of its records. So a window is
     * complete half an interval of event time later than it might be; what counts in time counts here too.
     */
    Topology topology(Properties properties) {
        StreamsBuilder builder = new StreamsBuilder();
        Serde<DetectorFrame> frames = Serdes.serdeFrom(Dsl::neverWritten, new AvroFrames());
        builder.stream(
                        settings.topic,
                        Consumed.with(Serdes.String(), frames).withTimestampExtractor(AvroFrames.MIDDLE))
                .process(Split::new)
                // Without the partitioner links would be spread anew. A partition would then have the time of whichever
                // partition of frames is read ahead of others, and would drop the readings of the others as late.
                .repartition(Repartitioned.<String, Measured>as("readings")
                        .withKeySerde(Serdes.String())
                        .withValueSerde(Measured.SERDE)
                        .withNumberOfPartitions(settings.partitions)
                        .withStreamPartitioner((topic, link, reading, partitions) ->
                                Optional.of(Set.of(reading.partition() % partitions))))
                .groupByKey()
                .windowedBy(TimeWindows.ofSizeAndGrace(
                        Duration.ofMillis(settings.job.pane), Duration.ofMillis(Job.GRACE)))
                .emitStrategy(EmitStrategy.onWindowClose())
                .aggregate(
                        () -> new long[Sums.WIDTH],
                        (link, reading, sums) -> {
                            Sums.add(sums, 0, reading);
                            return sums;
                        },
                        store())
                .toStream()
                .map(this::row)
                .to(settings.rows, Produced.with(Serdes.String(), Serdes.ByteArray()));
        return builder.build(properties);
    }

    private Materialized<String, long[], WindowStore<Bytes, byte[]>> store() {
        return Materialized.<String, long[], WindowStore<Bytes, byte[]>>as(SUMS)
                .withKeySerde(Serdes.String())
                .withValueSerde(Sums.SERDE)
                .withStoreType(
                        settings.store.equals("rocksdb")
                                ? BuiltInDslStoreSuppliers.ROCKS_DB
                                : BuiltInDslStoreSuppliers.IN_MEMORY)
                .withCachingEnabled()
                // Longer than a window and its grace: what is complete is looked for now and then only, and must still be
                // there, however fast event time goes by.
                .withRetention(Duration.ofMinutes(10));
    }

    private static byte[] neverWritten(String topic, DetectorFrame frame) {
        throw new UnsupportedOperationException("frames are only read");
    }

    private KeyValue<String, byte[]> row(Windowed<String> window, long[] sums) {
        Rows row = rows.get();
        row.add(reference.link(window.key()), window.window().start(), sums, 0);
        return KeyValue.pair(window.key(), row.take());
    }

    /** A frame into a record a reading: a flatMap that knows, too, which partition the frame came from. */
    private final class Split extends ContextualProcessor<String, DetectorFrame, String, Measured> {
        @Override
        public void process(Record<String, DetectorFrame> record) {
            DetectorFrame frame = record.value();
            Reference.Cabinet cabinet = reference.cabinet(frame.getCabinet());
            if (cabinet == null) return;
            int partition = context().recordMetadata().orElseThrow().partition();
            for (Reading reading : frame.getReadings()) {
                int channel = reading.getDetector();
                int link = channel < cabinet.links.length ? cabinet.links[channel] : -1;
                if (link < 0) continue;
                Measured measured =
                        Measured.of(reading, frame.getIntervalSeconds(), cabinet.paces[channel], partition);
                context().forward(record.withKey(reference.links[link].id()).withValue(measured));
            }
        }
    }
}
