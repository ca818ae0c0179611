package peer;

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

    private Sums() {}
}
