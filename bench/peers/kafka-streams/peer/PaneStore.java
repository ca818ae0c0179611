package peer;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorRecordContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * A cache before an ordinary key-value store with a changelog: as Kafka Streams' own record cache, but of numbers that
 * are changed where they lie rather than of bytes that are read, changed and written anew. What has changed goes into
 * the store, and so into the changelog, before each commit and within its transaction: that is when Kafka Streams asks
 * a {@link CachedStateStore} to flush. A store has an entry for every pane and block of links, and one for the clock.
 */
final class PaneStore implements StateStore, CachedStateStore<Object, Object> {
    private static final Bytes CLOCK = Bytes.wrap(new byte[] {'c'});

    private final KeyValueStore<Bytes, byte[]> inner;
    private final Supplier<Panes> empty;
    /** Null unless the task is running. */
    private Panes panes;

    private final peer.Bytes buffer = new peer.Bytes();
    private StateStoreContext context;

    PaneStore(KeyValueStore<Bytes, byte[]> inner, Supplier<Panes> empty) {
        this.inner = inner;
        this.empty = empty;
    }

    /**
     * The state, as it was at the last commit; to be called once the store is restored. A task that was revived after
     * a transaction was lost calls it again, and must find nothing of what it had done since.
     */
    Panes panes() {
        panes = empty.get();
        try (KeyValueIterator<Bytes, byte[]> all = inner.all()) {
            while (all.hasNext()) {
                KeyValue<Bytes, byte[]> entry = all.next();
                ByteBuffer key = ByteBuffer.wrap(entry.key.get());
                if (entry.key.equals(CLOCK)) {
                    ByteBuffer clock = ByteBuffer.wrap(entry.value);
                    panes.restoreClock(new long[] {clock.getLong(), clock.getLong(), clock.getLong()});
                } else panes.restore(key.getLong(), key.getInt(), new peer.Bytes(entry.value));
            }
        }
        panes.restored();
        return panes;
    }

    /** Puts into the store what has changed. */
    void write() {
        long[] clock = panes.takeClock();
        if (clock != null) {
            ByteBuffer value = ByteBuffer.allocate(24);
            for (long each : clock) value.putLong(each);
            inner.put(CLOCK, value.array());
        }
        for (Panes.Pane pane : panes.ring()) {
            if (pane == null) continue;
            boolean[] changed = pane.changed;
            for (int block = 0; block < changed.length; block++) {
                if (!changed[block]) continue;
                changed[block] = false;
                pane.kept[block] = true;
                inner.put(key(pane.index, block), panes.encode(pane, block, buffer));
            }
        }
    }

    /** Deletes a pane from the store, as far as it is there. */
    void forget(Panes.Pane pane) {
        for (int block = 0; block < pane.kept.length; block++)
            if (pane.kept[block]) inner.delete(key(pane.index, block));
    }

    private static Bytes key(long pane, int block) {
        return Bytes.wrap(ByteBuffer.allocate(12).putLong(pane).putInt(block).array());
    }

    @Override
    public void flushCache() {
        if (panes == null) return;
        InternalProcessorContext<?, ?> internal = (InternalProcessorContext<?, ?>) context;
        if (internal.recordContext() == null)
            internal.setRecordContext(new ProcessorRecordContext(0, -1, -1, null, new RecordHeaders()));
        write();
        if (inner instanceof CachedStateStore<?, ?> cached) cached.flushCache();
    }

    @Override
    public void clearCache() {
        panes = null;
        if (inner instanceof CachedStateStore<?, ?> cached) cached.clearCache();
    }

    @Override
    public boolean setFlushListener(CacheFlushListener<Object, Object> listener, boolean sendOldValues) {
        return false;
    }

    // The rest is the store behind.

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        this.context = context;
        inner.init(context, root);
    }

    @Override
    @SuppressWarnings("deprecation")
    public void flush() {
        inner.flush();
    }

    @Override
    public void commit(Map<TopicPartition, Long> offsets) {
        inner.commit(offsets);
    }

    @Override
    public Long committedOffset(TopicPartition partition) {
        return inner.committedOffset(partition);
    }

    @Override
    @SuppressWarnings("deprecation")
    public boolean managesOffsets() {
        return inner.managesOffsets();
    }

    @Override
    public long approximateNumUncommittedBytes() {
        return inner.approximateNumUncommittedBytes();
    }

    @Override
    public void close() {
        panes = null;
        inner.close();
    }

    @Override
    public boolean persistent() {
        return inner.persistent();
    }

    @Override
    public boolean isOpen() {
        return inner.isOpen();
    }

    @Override
    public <R> QueryResult<R> query(Query<R> query, PositionBound bound, QueryConfig config) {
        return inner.query(query, bound, config);
    }

    @Override
    public Position getPosition() {
        return inner.getPosition();
    }

    /** Builds the store behind, with its changelog and all, and puts the cache before it. */
    record Builder(StoreBuilder<KeyValueStore<Bytes, byte[]>> inner, Job job, Reference reference)
            implements StoreBuilder<PaneStore> {
        @Override
        public PaneStore build() {
            return new PaneStore(inner.build(), () -> new Panes(job, reference));
        }

        @Override
        public StoreBuilder<PaneStore> withCachingEnabled() {
            return this;
        }

        @Override
        public StoreBuilder<PaneStore> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<PaneStore> withLoggingEnabled(Map<String, String> config) {
            inner.withLoggingEnabled(config);
            return this;
        }

        @Override
        public StoreBuilder<PaneStore> withLoggingDisabled() {
            inner.withLoggingDisabled();
            return this;
        }

        @Override
        public Map<String, String> logConfig() {
            return inner.logConfig();
        }

        @Override
        public boolean loggingEnabled() {
            return inner.loggingEnabled();
        }

        @Override
        public String name() {
            return inner.name();
        }
    }
}
