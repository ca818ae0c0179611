package peer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Rows of the table, as the tuples of PostgreSQL's binary COPY, one after the other. They are written once, where a
 * window closes, and go through Kafka and into the database as they are.
 */
final class Rows {
    private static final byte[][] LEVELS = letters("A", "B", "C", "D", "E", "F");
    private static final double[] LEVEL_ABOVE = {0.8, 0.67, 0.5, 0.4, 0.3};
    private static final byte[] OBSERVED = ascii("observed");
    private static final byte[] IMPUTED = ascii("imputed");
    private static final byte[] MISSING = ascii("missing");

    private static final int LONGEST_BUT_NAME = 200;

    private final Job job;
    private byte[] bytes = new byte[1 << 16];
    private int end;
    private int count;

    Rows(Job job) {
        this.job = job;
    }

    /** Columns of the staging table that the tuples fit; PostgreSQL casts them to those of the table itself. */
    static String columns(Job job) {
        return switch (job) {
            case MINUTE -> "link text, window_start int8, vehicles int8, flow_vph int8, occupancy_permille int4, "
                    + "space_mean_decikph int4, delay_deciseconds int4, travel_time_index_permille int4, "
                    + "level_of_service text, quality text, samples int8, expected_samples int4";
            case HOP -> "link text, window_start int8, vehicles int8, occupancy_permille int4, "
                    + "space_mean_decikph int4, samples int8";
        };
    }

    /** What every row of a link begins with: the number of columns and its name. */
    static byte[] head(Job job, byte[] name) {
        byte[] head = new byte[6 + name.length];
        int columns = job == Job.MINUTE ? 12 : 6;
        head[1] = (byte) columns;
        putInt(head, 2, name.length);
        System.arraycopy(name, 0, head, 6, name.length);
        return head;
    }

    int count() {
        return count;
    }

    /** The rows since the last time. */
    byte[] take() {
        byte[] taken = Arrays.copyOf(bytes, end);
        end = 0;
        count = 0;
        return taken;
    }

    /** Adds the row of a link and window; its sums begin at {@code s}. */
    void add(Reference.Link link, long windowStart, long[] sums, int s) {
        byte[] head = link.copyHead();
        if (end + head.length + LONGEST_BUT_NAME > bytes.length)
            bytes = Arrays.copyOf(bytes, bytes.length * 2 + head.length);
        System.arraycopy(head, 0, bytes, end, head.length);
        end += head.length;
        count++;
        int8(windowStart);
        int8(sums[s + Sums.VEHICLES]);
        if (job == Job.MINUTE) minute(link, sums, s);
        else hop(sums, s);
    }

    private void hop(long[] sums, int s) {
        occupancy(sums, s);
        long paced = sums[s + Sums.PACED];
        int4OrNull(paced > 0 ? Math.max(1, round(1e9 * paced / sums[s + Sums.PACE])) : -1);
        int8(sums[s + Sums.SAMPLES]);
    }

    private void minute(Reference.Link link, long[] sums, int s) {
        long counted = sums[s + Sums.COUNTED_SECONDS];
        if (counted == 0) missing();
        else int8((long) round((double) (sums[s + Sums.VEHICLES] * link.lanes() * 3600) / counted));
        occupancy(sums, s);
        double free = link.freeFlowKph();
        long paced = sums[s + Sums.PACED];
        long implied = sums[s + Sums.IMPLIED];
        long impliedPace = sums[s + Sums.IMPLIED_PACE];
        double decikph = -1;
        if (paced > 0) decikph = Math.max(1, round(1e9 * paced / sums[s + Sums.PACE]));
        else if (implied > 0 && impliedPace > 0)
            decikph = Math.max(1, Math.min(round(free * 10), round(1e9 * implied / impliedPace)));
        long samples = sums[s + Sums.SAMPLES];
        int4OrNull(decikph);
        if (decikph < 0) {
            missing();
            missing();
            missing();
            text(MISSING);
        } else {
            double v = decikph / 10;
            double meters = link.lengthMeters();
            int4OrNull(Math.min(1_000_000, round(10 * Math.max(0, meters * 3.6 / v - meters * 3.6 / free))));
            int4OrNull(Math.min(1_000_000, round(1000 * free / v)));
            text(LEVELS[level(v / free)]);
            text(paced > 0 && samples >= link.expectedSamples() ? OBSERVED : IMPUTED);
        }
        int8(samples);
        int4(link.expectedSamples());
    }

    private static int level(double share) {
        int level = 0;
        while (level < LEVEL_ABOVE.length && !(share > LEVEL_ABOVE[level])) level++;
        return level;
    }

    private void occupancy(long[] sums, int s) {
        long seconds = sums[s + Sums.OCCUPIED_SECONDS];
        int4OrNull(seconds == 0 ? -1 : round((double) sums[s + Sums.OCCUPIED] / seconds));
    }

    private static double round(double x) {
        return Math.floor(x + 0.5);
    }

    private void missing() {
        putInt(bytes, end, -1);
        end += 4;
    }

    /** Null when it is negative. */
    private void int4OrNull(double value) {
        if (value < 0) missing();
        else int4((int) value);
    }

    private void int4(int value) {
        putInt(bytes, end, 4);
        putInt(bytes, end + 4, value);
        end += 8;
    }

    private void int8(long value) {
        putInt(bytes, end, 8);
        putInt(bytes, end + 4, (int) (value >>> 32));
        putInt(bytes, end + 8, (int) value);
        end += 12;
    }

    private void text(byte[] text) {
        putInt(bytes, end, text.length);
        System.arraycopy(text, 0, bytes, end + 4, text.length);
        end += 4 + text.length;
    }

    private static void putInt(byte[] to, int at, int value) {
        to[at] = (byte) (value >>> 24);
        to[at + 1] = (byte) (value >>> 16);
        to[at + 2] = (byte) (value >>> 8);
        to[at + 3] = (byte) value;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[][] letters(String... texts) {
        return Arrays.stream(texts).map(Rows::ascii).toArray(byte[][]::new);
    }
}
