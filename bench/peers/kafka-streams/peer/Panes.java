package peer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The state of one partition: the sums of its links, by pane, as plain numbers. A link gets the next free place when it
 * is first seen; the places of {@value #BLOCK} links are a block, the unit in which {@link PaneStore} keeps what has
 * changed.
 */
final class Panes {
    /** Links of a block. */
    static final int BLOCK = 32;

    /** Is given the rows of windows that are complete. */
    interface Output {
        void rows(byte[] tuples);
    }

    /** Is told of a pane that is needed no more. */
    interface Forget {
        void pane(Pane pane);
    }

    /** The sums of one stretch of time. */
    static final class Pane {
        /** Start, in lengths of a pane since 1970. */
        final long index;
        /** A row of sums for every place. */
        long[] sums;
        /** Blocks that have changed since they were kept. */
        boolean[] changed;
        /** Blocks that were kept at least once. */
        boolean[] kept;

        Pane(long index, int blocks, int width) {
            this.index = index;
            sums = new long[blocks * BLOCK * width];
            changed = new boolean[blocks];
            kept = new boolean[blocks];
        }

        private void grow(int blocks, int width) {
            sums = Arrays.copyOf(sums, blocks * BLOCK * width);
            changed = Arrays.copyOf(changed, blocks);
            kept = Arrays.copyOf(kept, blocks);
        }
    }

    /** A cabinet that this partition has heard of. */
    private static final class Known {
        final byte[] name;
        /** Where the sums of a channel's link begin, -1 where the channel has no detector. */
        final int[] rows;

        final double[] paces;
        /** Blocks that its links lie in. */
        final int[] blocks;

        Known(byte[] name, int[] rows, double[] paces, int[] blocks) {
            this.name = name;
            this.rows = rows;
            this.paces = paces;
            this.blocks = blocks;
        }
    }

    /** Rows in a record of the output topic, about. */
    private static final int ROWS_A_RECORD = 1000;

    /** round(1e9 / speed) of every speed that a detector may report. */
    private static final int[] PACE_OF = new int[3001];

    static {
        for (int speed = 1; speed < PACE_OF.length; speed++) PACE_OF[speed] = (int) Math.floor(1e9 / speed + 0.5);
    }

    /** Longer than a window, and than what is open beyond it; a power of two. */
    private final Pane[] ring;

    private final Job job;
    private final int width;
    private final boolean minute;
    private final Reference reference;
    private final Rows rows;

    /** Number of the link at a place, -1 where there is none. */
    private int[] linkAt = new int[BLOCK];
    /** Place of a link, -1 for those of other partitions. */
    private final int[] placeOf;

    private int places;
    private int blocks = 1;
    /** The sums of the last window, where windows overlap. */
    private long[] window = new long[0];

    /** Open addressing by the bytes of the name; a power of two. */
    private Known[] cabinets = new Known[64];

    private int cabinetCount;

    /** Event time: that of the newest frame. Milliseconds since 1970. */
    private long time = Long.MIN_VALUE;
    /** The oldest pane that is open. */
    private long open = Long.MAX_VALUE;
    /** The first pane there was. */
    private long first = Long.MAX_VALUE;

    private int live;
    private boolean clockChanged;

    private int p;

    Panes(Job job, Reference reference) {
        this.job = job;
        this.reference = reference;
        width = job.width;
        minute = job == Job.MINUTE;
        rows = new Rows(job);
        ring = new Pane[job.panes == 1 ? 8 : 64];
        placeOf = new int[reference.links.length];
        Arrays.fill(placeOf, -1);
        Arrays.fill(linkAt, -1);
        if (job.panes > 1) window = new long[BLOCK * width];
    }

    /**
     * Takes in a frame whose interval ended at {@code at}, and first completes the windows that it shows to be over.
     */
    void take(byte[] b, long at, Output output, Forget forget) {
        if (at > time) {
            time = at;
            clockChanged = true;
            if (open != Long.MAX_VALUE && isOver(open)) close(output, forget);
        }
        p = Frames.BODY;
        int siteLength = varint(b) >> 1;
        p += siteLength;
        int nameLength = varint(b) >> 1;
        Known cabinet = cabinet(b, p, nameLength);
        p += nameLength;
        skipLong(b);
        skipLong(b);
        int seconds = unzigzag(varint(b));
        if (cabinet == null) return;
        long index = Math.floorDiv(at - 500L * seconds, job.pane);
        Pane pane = ring[(int) index & (ring.length - 1)];
        if (pane == null || pane.index != index) {
            pane = begin(index);
            if (pane == null) return;
        }
        for (int block : cabinet.blocks) pane.changed[block] = true;
        if (minute) foldMinute(b, seconds, cabinet, pane.sums);
        else foldHop(b, seconds, cabinet, pane.sums);
    }

    private void foldMinute(byte[] b, int seconds, Known cabinet, long[] sums) {
        int[] rowOf = cabinet.rows;
        for (int items = blockLength(b); items != 0; items = blockLength(b)) {
            for (; items > 0; items--) {
                int channel = unzigzag(varint(b));
                int count = nullable(b);
                int occupancy = nullable(b);
                int speed = nullable(b);
                if (channel >= rowOf.length) continue;
                int s = rowOf[channel];
                if (s < 0) continue;
                sums[s + Sums.SAMPLES]++;
                if (count >= 0) {
                    sums[s + Sums.VEHICLES] += count;
                    sums[s + Sums.COUNTED_SECONDS] += seconds;
                }
                if (occupancy >= 0) {
                    sums[s + Sums.OCCUPIED] += (long) occupancy * seconds;
                    sums[s + Sums.OCCUPIED_SECONDS] += seconds;
                }
                if (speed > 0) {
                    long weight = count >= 0 ? count : 1;
                    sums[s + Sums.PACE] += weight * PACE_OF[speed];
                    sums[s + Sums.PACED] += weight;
                } else if (count >= 0 && occupancy >= 0) {
                    // Never negative, so that cutting off is rounding down.
                    sums[s + Sums.IMPLIED_PACE] += (long) ((double) (occupancy * seconds) * cabinet.paces[channel] + 0.5);
                    sums[s + Sums.IMPLIED] += count;
                }
            }
        }
    }

    private void foldHop(byte[] b, int seconds, Known cabinet, long[] sums) {
        int[] rowOf = cabinet.rows;
        for (int items = blockLength(b); items != 0; items = blockLength(b)) {
            for (; items > 0; items--) {
                int channel = unzigzag(varint(b));
                int count = nullable(b);
                int occupancy = nullable(b);
                int speed = nullable(b);
                if (channel >= rowOf.length) continue;
                int s = rowOf[channel];
                if (s < 0) continue;
                sums[s + Sums.SAMPLES]++;
                if (count >= 0) sums[s + Sums.VEHICLES] += count;
                if (occupancy >= 0) {
                    sums[s + Sums.OCCUPIED] += (long) occupancy * seconds;
                    sums[s + Sums.OCCUPIED_SECONDS] += seconds;
                }
                if (speed > 0) {
                    long weight = count >= 0 ? count : 1;
                    sums[s + Sums.PACE] += weight * PACE_OF[speed];
                    sums[s + Sums.PACED] += weight;
                }
            }
        }
    }

    // What is in a frame: Avro's binary form, read where it lies.

    /** A zigzag number of up to 32 bits, still zigzag. */
    private int varint(byte[] b) {
        int first = b[p++];
        if (first >= 0) return first;
        int second = b[p++];
        if (second >= 0) return (first & 0x7f) | second << 7;
        int value = (first & 0x7f) | (second & 0x7f) << 7;
        for (int shift = 14; ; shift += 7) {
            int next = b[p++];
            value |= (next & 0x7f) << shift;
            if (next >= 0) return value;
        }
    }

    private static int unzigzag(int value) {
        return value >>> 1 ^ -(value & 1);
    }

    /** A union of null and an int that is not negative; -1 for null. */
    private int nullable(byte[] b) {
        return b[p++] == 0 ? -1 : varint(b) >>> 1;
    }

    /** How many items come next, 0 after the last. A block may say its length in bytes, which nobody needs here. */
    private int blockLength(byte[] b) {
        int length = unzigzag(varint(b));
        if (length >= 0) return length;
        skipLong(b);
        return -length;
    }

    private void skipLong(byte[] b) {
        while (b[p++] < 0) {}
    }

    // Who is where.

    private Known cabinet(byte[] b, int from, int length) {
        int hash = 0;
        for (int i = from; i < from + length; i++) hash = 31 * hash + b[i];
        int mask = cabinets.length - 1;
        for (int slot = spread(hash) & mask; ; slot = slot + 1 & mask) {
            Known known = cabinets[slot];
            if (known == null) return learn(b, from, length);
            if (Arrays.equals(known.name, 0, known.name.length, b, from, from + length)) return known;
        }
    }

    private static int spread(int hash) {
        return hash ^ hash >>> 15;
    }

    private Known learn(byte[] b, int from, int length) {
        Reference.Cabinet cabinet = reference.cabinet(new String(b, from, length, StandardCharsets.UTF_8));
        if (cabinet == null) return null;
        int[] rowOf = new int[cabinet.links.length];
        boolean[] touches = new boolean[blocks + cabinet.links.length];
        for (int channel = 0; channel < rowOf.length; channel++) {
            int link = cabinet.links[channel];
            if (link < 0) rowOf[channel] = -1;
            else {
                int place = placeOf[link];
                if (place < 0) settle(place = places, link);
                touches[place / BLOCK] = true;
                rowOf[channel] = place * width;
            }
        }
        int[] touched = java.util.stream.IntStream.range(0, touches.length).filter(i -> touches[i]).toArray();
        Known known = new Known(cabinet.name, rowOf, cabinet.paces, touched);
        if (++cabinetCount * 2 > cabinets.length) {
            Known[] had = cabinets;
            cabinets = new Known[had.length * 2];
            for (Known one : had) if (one != null) insert(one);
        }
        insert(known);
        return known;
    }

    private void insert(Known known) {
        int hash = 0;
        for (byte each : known.name) hash = 31 * hash + each;
        int slot = spread(hash) & cabinets.length - 1;
        while (cabinets[slot] != null) slot = slot + 1 & cabinets.length - 1;
        cabinets[slot] = known;
    }

    private void settle(int place, int link) {
        int needed = place / BLOCK + 1;
        if (needed > blocks) {
            int had = linkAt.length;
            blocks = Math.max(needed, blocks * 2);
            linkAt = Arrays.copyOf(linkAt, blocks * BLOCK);
            Arrays.fill(linkAt, had, linkAt.length, -1);
            if (job.panes > 1) window = Arrays.copyOf(window, blocks * BLOCK * width);
            for (Pane pane : ring) if (pane != null) pane.grow(blocks, width);
        }
        linkAt[place] = link;
        placeOf[link] = place;
        places = Math.max(places, place + 1);
    }

    // How time goes on.

    private boolean isOver(long index) {
        return time >= (index + 1) * job.pane + Job.GRACE;
    }

    /** The pane, made for its first frame; null when it is over. */
    private Pane begin(long index) {
        if (isOver(index)) return null;
        if (index < open) open = index;
        if (index < first) {
            first = index;
            clockChanged = true;
        }
        return add(index);
    }

    private Pane add(long index) {
        Pane pane = new Pane(index, blocks, width);
        ring[(int) index & (ring.length - 1)] = pane;
        live++;
        return pane;
    }

    private Pane paneAt(long index) {
        Pane pane = ring[(int) index & (ring.length - 1)];
        return pane != null && pane.index == index ? pane : null;
    }

    private void close(Output output, Forget forget) {
        while (isOver(open)) {
            if (live == 0) {
                // Nothing is left to come of what is over: go to where time is.
                open = Math.max(open, Math.floorDiv(time - Job.GRACE, job.pane));
                break;
            }
            if (minute) {
                Pane pane = paneAt(open);
                if (pane != null) {
                    emit(pane.sums, open * job.pane, output);
                    drop(pane, forget);
                }
            } else {
                Pane enters = paneAt(open);
                if (enters != null) for (int i = places * width - 1; i >= 0; i--) window[i] += enters.sums[i];
                Pane leaves = paneAt(open - job.panes);
                if (leaves != null) {
                    for (int i = places * width - 1; i >= 0; i--) window[i] -= leaves.sums[i];
                    drop(leaves, forget);
                }
                if (open - job.panes + 1 >= first) emit(window, (open - job.panes + 1) * job.pane, output);
            }
            open++;
        }
    }

    private void emit(long[] sums, long windowStart, Output output) {
        for (int place = 0; place < places; place++) {
            if (sums[place * width + Sums.SAMPLES] == 0) continue;
            rows.add(reference.links[linkAt[place]], windowStart, sums, place * width);
            if (rows.count() >= ROWS_A_RECORD) output.rows(rows.take());
        }
        if (rows.count() > 0) output.rows(rows.take());
    }

    private void drop(Pane pane, Forget forget) {
        ring[(int) pane.index & (ring.length - 1)] = null;
        live--;
        clockChanged = true;
        forget.pane(pane);
    }

    // What PaneStore keeps of it.

    /** The panes there are; others are null. */
    Pane[] ring() {
        return ring;
    }

    /** The numbers that are the clock of the partition, when they have changed since this was last asked; else null. */
    long[] takeClock() {
        if (!clockChanged) return null;
        clockChanged = false;
        return new long[] {time, open, first};
    }

    /** A block in bytes: for each link its name and sums, the trailing zeros of which are left out. */
    byte[] encode(Pane pane, int block, Bytes to) {
        to.clear();
        int end = Math.min(places, (block + 1) * BLOCK);
        for (int place = block * BLOCK; place < end; place++) {
            byte[] name = linkAt[place] < 0 ? new byte[0] : reference.links[linkAt[place]].name();
            to.varint(name.length);
            to.bytes(name);
            int s = place * width;
            int length = width;
            while (length > 0 && pane.sums[s + length - 1] == 0) length--;
            to.varint(length);
            for (int i = 0; i < length; i++) to.varint(pane.sums[s + i]);
        }
        return to.take();
    }

    void restoreClock(long[] clock) {
        time = clock[0];
        open = clock[1];
        first = clock[2];
    }

    /** Takes back a block; every link finds the place that it had. */
    void restore(long index, int block, Bytes from) {
        Pane pane = paneAt(index);
        if (pane == null) pane = add(index);
        for (int place = block * BLOCK; from.hasMore(); place++) {
            String name = from.text((int) from.varint());
            int length = (int) from.varint();
            Reference.Link link = reference.link(name);
            if (link != null && placeOf[link.number()] < 0) settle(place, link.number());
            for (int i = 0; i < length; i++) {
                long sum = from.varint();
                if (link != null) pane.sums[place * width + i] = sum;
            }
        }
        if (block < pane.kept.length) pane.kept[block] = true;
    }

    /** To be called once all blocks are restored: the last window is the sum of its panes. */
    void restored() {
        if (minute) return;
        for (Pane pane : ring)
            if (pane != null && pane.index < open)
                for (int i = places * width - 1; i >= 0; i--) window[i] += pane.sums[i];
    }
}
