package peer;

import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** Where the sums of a link lie in its row of numbers. Integers all, so they can be added in any order. */
final class Sums {
    static final int SAMPLES = 0;
    static final int VEHICLES = 1;
    /** Permille seconds. */
    static final int OCCUPIED = 2;
    static final int OCCUPIED_SECONDS = 3;
    static final int PACE = 4;
    static final int PACED = 5;
    static final int COUNTED_SECONDS = 6;
    static final int IMPLIED_PACE = 7;
    static final int IMPLIED = 8;

    static final int WIDTH = 9;

    private Sums() {}

    /** Adds a reading to the sums that begin at {@code s}. */
    static void add(long[] sums, int s, Measured reading) {
        sums[s + SAMPLES]++;
        int count = reading.count();
        if (count >= 0) {
            sums[s + VEHICLES] += count;
            sums[s + COUNTED_SECONDS] += reading.seconds();
        }
        int occupancy = reading.occupancy();
        if (occupancy >= 0) {
            sums[s + OCCUPIED] += (long) occupancy * reading.seconds();
            sums[s + OCCUPIED_SECONDS] += reading.seconds();
        }
        int speed = reading.speed();
        if (speed > 0) {
            long weight = count >= 0 ? count : 1;
            sums[s + PACE] += weight * (long) Math.floor(1e9 / speed + 0.5);
            sums[s + PACED] += weight;
        } else if (count >= 0 && occupancy >= 0) {
            sums[s + IMPLIED_PACE] += reading.impliedPace();
            sums[s + IMPLIED] += count;
        }
    }

    /** All the numbers, one after the other, in few bytes. */
    static final Serde<long[]> SERDE = Serdes.serdeFrom(
            (topic, sums) -> {
                if (sums == null) return null;
                Bytes bytes = new Bytes(8 + 3 * sums.length);
                bytes.varint(sums.length);
                for (long each : sums) bytes.varint(each);
                return bytes.take();
            },
            (topic, data) -> {
                if (data == null) return null;
                Bytes bytes = new Bytes(data);
                long[] sums = new long[(int) bytes.varint()];
                for (int i = 0; i < sums.length; i++) sums[i] = bytes.varint();
                return sums;
            });
}
