package peer;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/** Where things are in a record: one byte 0, the schema's id in four, and then Avro. */
final class Frames {
    /** Where Avro begins. */
    static final int BODY = 5;

    private Frames() {}

    /** Event time of a frame: the end of its interval. Milliseconds since 1970. */
    static long at(byte[] b) {
        int p = BODY;
        for (int text = 0; text < 2; text++) {
            int length = 0;
            int shift = 0;
            byte next;
            do {
                next = b[p++];
                length |= (next & 0x7f) << shift;
                shift += 7;
            } while (next < 0);
            p += length >> 1;
        }
        while (b[p++] < 0) {}
        long at = 0;
        int shift = 0;
        byte next;
        do {
            next = b[p++];
            at |= (long) (next & 0x7f) << shift;
            shift += 7;
        } while (next < 0);
        return at >>> 1 ^ -(at & 1);
    }

    /** Makes event time the time of the record for all of Kafka Streams. */
    public static final class Clock implements TimestampExtractor {
        @Override
        public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
            return at((byte[]) record.value());
        }
    }
}
