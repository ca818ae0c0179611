package peer;

import arterial.Reading;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * What one detector measured, with all that its link needs of it. A number is -1 when it was not measured.
 *
 * @param partition that the frame came from; does not go into the bytes
 * @param seconds length of the interval
 * @param count vehicles
 * @param occupancy permille
 * @param speed 0.1 km/h
 * @param impliedPace what the occupancy says of the pace, from the length of the zone; 0 where the speed is known
 */
record Measured(int partition, int seconds, int count, int occupancy, int speed, long impliedPace) {
    /** {@code pace} is what an occupied permille second is worth in pace. */
    static Measured of(Reading reading, int seconds, double pace, int partition) {
        int count = known(reading.getCount());
        int occupancy = known(reading.getOccupancyPermille());
        int speed = known(reading.getSpeedDecikph());
        long impliedPace = speed > 0 || count < 0 || occupancy < 0 ? 0 : (long) Math.floor(occupancy * seconds * pace + 0.5);
        return new Measured(partition, seconds, count, occupancy, speed, impliedPace);
    }

    private static int known(Integer value) {
        return value == null ? -1 : value;
    }

    static final Serde<Measured> SERDE = Serdes.serdeFrom(
            (topic, reading) -> {
                Bytes bytes = new Bytes(50);
                bytes.varint(reading.seconds);
                bytes.varint(reading.count + 1);
                bytes.varint(reading.occupancy + 1);
                bytes.varint(reading.speed + 1);
                bytes.varint(reading.impliedPace);
                return bytes.take();
            },
            (topic, data) -> {
                Bytes bytes = new Bytes(data);
                int seconds = (int) bytes.varint();
                int count = (int) bytes.varint() - 1;
                int occupancy = (int) bytes.varint() - 1;
                int speed = (int) bytes.varint() - 1;
                return new Measured(-1, seconds, count, occupancy, speed, bytes.varint());
            });
}
