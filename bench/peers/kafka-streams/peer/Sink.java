package peer;

import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;

/**
 * Writes the rows into the database: COPY into a table of the session, and from there an upsert, in one transaction.
 * Offsets are committed after it; what is read twice after a crash is written over itself.
 */
final class Sink implements Runnable {
    private static final byte[] COPY_HEAD = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final byte[] COPY_TAIL = {-1, -1};

    private final Settings settings;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String insert;

    Sink(Settings settings) {
        this.settings = settings;
        consumer = new KafkaConsumer<>(settings.sink());
        List<String> columns = List.of(Rows.columns(settings.job).split(", ")).stream()
                .map(column -> column.substring(0, column.indexOf(' ')))
                .toList();
        String names = String.join(", ", columns);
        String update = columns.stream()
                .filter(name -> !name.equals("link") && !name.equals("window_start"))
                .map(name -> name + " = excluded." + name)
                .collect(Collectors.joining(", "));
        // At least once, a batch may have a row twice, and the later one counts.
        String distinct = settings.exactlyOnce ? "" : "DISTINCT ON (link, window_start) ";
        String order = settings.exactlyOnce ? "" : " ORDER BY link, window_start, ctid DESC";
        insert = "INSERT INTO " + settings.job.table + " (" + names + ") SELECT " + distinct + names + " FROM stage" + order
                + " ON CONFLICT (link, window_start) DO UPDATE SET " + update;
    }

    void stop() {
        consumer.wakeup();
    }

    @Override
    public void run() {
        try (consumer;
                Connection database = connect()) {
            consumer.assign(IntStream.range(0, settings.partitions)
                    .mapToObj(partition -> new TopicPartition(settings.rows, partition))
                    .toList());
            while (true) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofSeconds(1));
                if (records.isEmpty()) continue;
                write(database, records);
                consumer.commitSync();
            }
        } catch (WakeupException stopped) {
            // As it was asked to.
        } catch (SQLException | IOException failure) {
            throw new IllegalStateException("the rows cannot be written", failure);
        }
    }

    private Connection connect() throws SQLException {
        String[] user = settings.database.getUserInfo().split(":", 2);
        Properties properties = new Properties();
        properties.put("user", user[0]);
        properties.put("password", user[1]);
        Connection database = DriverManager.getConnection(
                "jdbc:postgresql://" + settings.database.getHost() + ":" + settings.database.getPort()
                        + settings.database.getPath(),
                properties);
        database.setAutoCommit(false);
        try (Statement statement = database.createStatement()) {
            statement.execute("CREATE TEMP TABLE stage (" + Rows.columns(settings.job) + ") ON COMMIT DELETE ROWS");
        }
        database.commit();
        return database;
    }

    private void write(Connection database, ConsumerRecords<byte[], byte[]> records) throws SQLException, IOException {
        try (OutputStream copy = new PGCopyOutputStream(
                database.unwrap(PGConnection.class), "COPY stage FROM STDIN (FORMAT binary)", 1 << 20)) {
            copy.write(COPY_HEAD);
            for (ConsumerRecord<byte[], byte[]> record : records) copy.write(record.value());
            copy.write(COPY_TAIL);
        }
        try (Statement statement = database.createStatement()) {
            statement.executeUpdate(insert);
        }
        database.commit();
    }
}
