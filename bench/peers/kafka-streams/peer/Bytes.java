package peer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Numbers and names in bytes, written or read from the front. */
final class Bytes {
    private byte[] bytes;
    private int at;

    /** To write. */
    Bytes() {
        this(1 << 12);
    }

    /** To write what is about so long. */
    Bytes(int room) {
        bytes = new byte[room];
    }

    /** To read. */
    Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    void clear() {
        at = 0;
    }

    byte[] take() {
        return Arrays.copyOf(bytes, at);
    }

    boolean hasMore() {
        return at < bytes.length;
    }

    /** Seven bits a byte, the lowest first; the number is not negative. */
    void varint(long value) {
        room(10);
        while (value > 0x7f) {
            bytes[at++] = (byte) (value | 0x80);
            value >>>= 7;
        }
        bytes[at++] = (byte) value;
    }

    long varint() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes[at++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) return value;
        }
    }

    void bytes(byte[] added) {
        room(added.length);
        System.arraycopy(added, 0, bytes, at, added.length);
        at += added.length;
    }

    String text(int length) {
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }

    private void room(int length) {
        if (at + length > bytes.length) bytes = Arrays.copyOf(bytes, bytes.length * 2 + length);
    }
}
