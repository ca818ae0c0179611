package peer;

import arterial.DetectorFrame;
import arterial.Reading;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Folds frames into an ordinary key-value store, which has an entry a window and cabinet: the sums of the links that the
 * cabinet has detectors on. Sends on the rows of windows that are complete.
 */
final class CabinetProcessor implements Processor<String, DetectorFrame, Integer, byte[]> {
    static final String STORE = "cabinets";

    /** Rows in a record of the output topic, about. */
    private static final int ROWS_A_RECORD = 1000;

    /** What hangs on a cabinet. */
    private record Known(byte[] name, Reference.Cabinet cabinet, int[] links, int[] slots) {}

    private final Job job;
    private final Reference reference;
    private final Rows rows;
    private final Map<String, Known> cabinets = new HashMap<>();

    private ProcessorContext<Integer, byte[]> context;
    private KeyValueStore<Bytes, long[]> store;
    /** The oldest window that there is, in windows since 1970. */
    private long oldest;

    CabinetProcessor(Job job, Reference reference) {
        this.job = job;
        this.reference = reference;
        rows = new Rows(job);
    }

    @Override
    public void init(ProcessorContext<Integer, byte[]> context) {
        this.context = context;
        store = context.getStateStore(STORE);
        oldest = oldestKept();
    }

    @Override
    public void process(Record<String, DetectorFrame> record) {
        // With that of this frame. It is committed with the offsets, so it is as it was when a task comes back.
        long time = context.currentStreamTimeMs();
        while (isOver(oldest, time)) complete();
        DetectorFrame frame = record.value();
        Known known = cabinets.computeIfAbsent(frame.getCabinet(), this::learn);
        long window = Math.floorDiv(AvroFrames.middle(frame), job.pane);
        if (known.cabinet == null || isOver(window, time)) return;
        oldest = Math.min(oldest, window);
        Bytes key = key(window, known.name);
        long[] sums = store.get(key);
        if (sums == null) sums = new long[known.links.length * Sums.WIDTH];
        int seconds = frame.getIntervalSeconds();
        for (Reading reading : frame.getReadings()) {
            int channel = reading.getDetector();
            if (channel >= known.slots.length || known.slots[channel] < 0) continue;
            double pace = known.cabinet.paces[channel];
            Sums.add(sums, known.slots[channel] * Sums.WIDTH, Measured.of(reading, seconds, pace, -1));
        }
        store.put(key, sums);
    }

    private boolean isOver(long window, long time) {
        return window != Long.MAX_VALUE && time >= (window + 1) * job.pane + Job.GRACE;
    }

    /** Sends on the rows of the oldest window, and forgets it. A link may have detectors on more than one cabinet. */
    private void complete() {
        Map<Integer, long[]> links = new TreeMap<>();
        List<Bytes> keys = new ArrayList<>();
        try (KeyValueIterator<Bytes, long[]> entries =
                store.range(key(oldest, new byte[0]), key(oldest + 1, new byte[0]))) {
            while (entries.hasNext()) {
                KeyValue<Bytes, long[]> entry = entries.next();
                keys.add(entry.key);
                byte[] key = entry.key.get();
                Known known = cabinets.computeIfAbsent(
                        new String(key, Long.BYTES, key.length - Long.BYTES, StandardCharsets.UTF_8),
                        this::learn);
                for (int slot = 0; slot < known.links.length; slot++) {
                    long[] sums = links.computeIfAbsent(known.links[slot], link -> new long[Sums.WIDTH]);
                    for (int i = 0; i < Sums.WIDTH; i++) sums[i] += entry.value[slot * Sums.WIDTH + i];
                }
            }
        }
        for (Map.Entry<Integer, long[]> link : links.entrySet()) {
            if (link.getValue()[Sums.SAMPLES] == 0) continue;
            rows.add(reference.links[link.getKey()], oldest * job.pane, link.getValue(), 0);
            if (rows.count() >= ROWS_A_RECORD) send();
        }
        if (rows.count() > 0) send();
        for (Bytes key : keys) store.delete(key);
        oldest = oldestKept();
    }

    private void send() {
        context.forward(new Record<>(context.taskId().partition(), rows.take(), context.currentStreamTimeMs()));
    }

    private long oldestKept() {
        try (KeyValueIterator<Bytes, long[]> all = store.all()) {
            return all.hasNext() ? ByteBuffer.wrap(all.next().key.get()).getLong() : Long.MAX_VALUE;
        }
    }

    private Known learn(String name) {
        Reference.Cabinet cabinet = reference.cabinet(name);
        if (cabinet == null) return new Known(null, null, null, null);
        int[] links = Arrays.stream(cabinet.links).filter(link -> link >= 0).distinct().sorted().toArray();
        int[] slots = Arrays.stream(cabinet.links).map(link -> Arrays.binarySearch(links, link)).toArray();
        return new Known(cabinet.name, cabinet, links, slots);
    }

    /** In the order of time: those of a window are together. */
    private static Bytes key(long window, byte[] cabinet) {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES + cabinet.length)
                .putLong(window)
                .put(cabinet)
                .array());
    }
}
