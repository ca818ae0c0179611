package peer;

import arterial.DetectorFrame;
import java.io.IOException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.TimestampExtractor;

/** Frames as objects, by the classes that Avro makes of the schema. */
final class AvroFrames implements Deserializer<DetectorFrame> {
    /** Kafka Streams has one deserializer for all its threads. */
    private final ThreadLocal<Reader> readers = ThreadLocal.withInitial(Reader::new);

    private static final class Reader {
        final SpecificDatumReader<DetectorFrame> frames = new SpecificDatumReader<>(DetectorFrame.class);
        BinaryDecoder decoder;
    }

    /** All records have the one schema, so its id is not looked at. */
    @Override
    public DetectorFrame deserialize(String topic, byte[] data) {
        Reader reader = readers.get();
        reader.decoder = DecoderFactory.get().binaryDecoder(data, Frames.BODY, data.length - Frames.BODY, reader.decoder);
        try {
            return reader.frames.read(null, reader.decoder);
        } catch (IOException failure) {
            throw new SerializationException("a record is not a frame", failure);
        }
    }

    /** Event time, the end of the interval. Milliseconds since 1970. */
    static final TimestampExtractor END =
            (record, partitionTime) -> frame(record).getAt().toEpochMilli();

    /** The middle of the interval, by which a reading belongs to a window. Milliseconds since 1970. */
    static final TimestampExtractor MIDDLE = (record, partitionTime) -> middle(frame(record));

    static long middle(DetectorFrame frame) {
        return frame.getAt().toEpochMilli() - 500L * frame.getIntervalSeconds();
    }

    private static DetectorFrame frame(ConsumerRecord<Object, Object> record) {
        return (DetectorFrame) record.value();
    }
}
