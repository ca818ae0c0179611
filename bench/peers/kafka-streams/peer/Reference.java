package peer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The links and the detectors, read once and never changed. */
final class Reference {
    /** A link, with the number that the others know it by; {@code name} is {@code id} in bytes. */
    record Link(
            int number,
            String id,
            byte[] name,
            int lanes,
            double lengthMeters,
            double freeFlowKph,
            int expectedSamples,
            byte[] copyHead) {}

    /** What hangs on a cabinet, by channel. */
    static final class Cabinet {
        final byte[] name;
        /** Number of the link, -1 where the channel has no detector. */
        int[] links = new int[0];
        /** What an occupied permille second is worth in pace, from the length of the zone. */
        double[] paces = new double[0];

        Cabinet(byte[] name) {
            this.name = name;
        }

        private void put(int channel, int link, double pace) {
            if (channel >= links.length) {
                int had = links.length;
                links = java.util.Arrays.copyOf(links, channel + 1);
                java.util.Arrays.fill(links, had, channel + 1, -1);
                paces = java.util.Arrays.copyOf(paces, channel + 1);
            }
            links[channel] = link;
            paces[channel] = pace;
        }
    }

    final Link[] links;
    private final Map<String, Link> byName = new HashMap<>();
    private final Map<String, Cabinet> cabinets = new HashMap<>();

    Reference(Path folder, Job job) throws IOException {
        List<String> linkLines = rows(folder.resolve("links.csv"), "link,lanes,lengthMeters,freeFlowKph,expectedSamples");
        links = new Link[linkLines.size()];
        for (int number = 0; number < links.length; number++) {
            String[] cells = linkLines.get(number).split(",");
            byte[] name = bytes(cells[0]);
            links[number] = new Link(
                    number,
                    cells[0],
                    name,
                    Integer.parseInt(cells[1]),
                    Double.parseDouble(cells[2]),
                    Double.parseDouble(cells[3]),
                    Integer.parseInt(cells[4]),
                    Rows.head(job, name));
            byName.put(cells[0], links[number]);
        }
        for (String line : rows(folder.resolve("detectors.csv"), "cabinet,channel,link,lengthMeters")) {
            String[] cells = line.split(",");
            Link link = byName.get(cells[2]);
            if (link == null) throw new IOException("detectors.csv has the unknown link " + cells[2]);
            cabinets.computeIfAbsent(cells[0], name -> new Cabinet(bytes(name)))
                    .put(
                            Integer.parseInt(cells[1]),
                            link.number,
                            1e8 / (3600 * (5 + Double.parseDouble(cells[3]))));
        }
    }

    /** Null when there is none of that name. */
    Link link(String name) {
        return byName.get(name);
    }

    /** Null when there is none of that name. */
    Cabinet cabinet(String name) {
        return cabinets.get(name);
    }

    private static List<String> rows(Path path, String head) throws IOException {
        List<String> lines = Files.readAllLines(path);
        if (lines.isEmpty() || !lines.get(0).equals(head)) throw new IOException(path + " does not begin with " + head);
        return lines.subList(1, lines.size()).stream().filter(line -> !line.isEmpty()).toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
