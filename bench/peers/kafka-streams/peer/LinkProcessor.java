package peer;

import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Folds frames into the state of their partition, and sends on the rows of windows that are complete. */
final class LinkProcessor implements Processor<byte[], byte[], Integer, byte[]> {
    static final String STORE = "panes";

    private ProcessorContext<Integer, byte[]> context;
    private PaneStore store;
    private Panes panes;
    private int partition;

    @Override
    public void init(ProcessorContext<Integer, byte[]> context) {
        this.context = context;
        partition = context.taskId().partition();
        store = context.getStateStore(STORE);
        panes = store.panes();
        output = rows -> this.context.forward(new Record<>(partition, rows, this.context.currentStreamTimeMs()));
        forget = store::forget;
    }

    private Panes.Output output;
    private Panes.Forget forget;

    @Override
    public void process(Record<byte[], byte[]> record) {
        panes.take(record.value(), record.timestamp(), output, forget);
    }
}
