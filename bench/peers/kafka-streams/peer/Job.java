package peer;

/** What one job asks for. Windows are made of panes; where windows do not overlap, a window is one pane. */
enum Job {
    /** The state of every link, every minute. */
    MINUTE("link_minute", 60_000, 1, 9),
    /** Five minutes, every ten seconds. */
    HOP("link_hop", 10_000, 30, 6);

    /** How long event time goes on before a window is complete. Milliseconds. */
    static final long GRACE = 10_000;

    final String table;
    /** Length of a pane. Milliseconds. */
    final long pane;
    /** Panes in a window. */
    final int panes;
    /** Sums kept for a link and pane: the first so many of {@link Sums}. */
    final int width;

    Job(String table, long pane, int panes, int width) {
        this.table = table;
        this.pane = pane;
        this.panes = panes;
        this.width = width;
    }

    static Job named(String name) {
        return switch (name) {
            case "frames", "single" -> MINUTE;
            case "hop" -> HOP;
            default -> throw new IllegalArgumentException("BENCH_JOB is " + name);
        };
    }
}
