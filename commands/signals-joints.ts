/**
 * Which road into a signal a way out of another leads to. The protocol names the signal that is reached next; between
 * the two a road may change its name, where lanes begin. Which one it is follows from detectors, and from the legs of
 * the signal: nobody who comes from another signal is led back to it, save to turn around.
 */

/** Of a `hello`, what bears on it. */
interface Signals {
  readonly signals: readonly {
    readonly id: string;
    readonly links: readonly {
      readonly link: number;
      readonly in_edge: string;
      readonly out_edge: string;
      readonly dir: string;
      readonly downstream_signal: string | null;
    }[];
  }[];
  readonly detectors: readonly {
    readonly signal: string;
    readonly edge: string;
    readonly links: readonly number[];
  }[];
}

type Signal = Signals['signals'][number];

/** The road into the next signal, by the road out of the one before that leads there under another name. */
export function jointsOf({ signals, detectors }: Signals): ReadonlyMap<string, string> {
  const joints = new Map<string, string>();
  const known = new Set<string>();
  const ins = new Map(signals.map(({ id, links }) => [id, new Set(links.map(({ in_edge }) => in_edge))]));
  const ways = signals.flatMap(({ id: from, links }) =>
    [...new Map(links.map(({ out_edge: edge, downstream_signal: to }) => [edge, to]))].flatMap(
      ([edge, to]) => (to === null || to === from ? [] : [{ edge, from, to }]),
    ),
  );
  const join = (edge: string, into: string): void => {
    joints.set(edge, into);
    known.add(into);
  };
  for (const { edge, to } of ways) {
    const seen = ins.get(to)?.has(edge) ? [edge] : seenOn(edge, to, { signals, detectors });
    if (seen.length === 1) join(edge, seen[0] as string);
  }
  const origins = new Map(signals.map((signal) => [signal.id, originsOf(signal)]));
  for (const { edge, from, to } of ways) {
    if (joints.has(edge)) continue;
    const others = ways.filter((way) => way.from === from && way.to === to && !joints.has(way.edge));
    const comes = [...(origins.get(to) ?? [])].filter(([into, of]) => of === from && !known.has(into));
    if (others.length === 1 && comes.length === 1) join(edge, (comes[0] as [string, string])[0]);
  }
  return new Map([...joints].filter(([edge, into]) => edge !== into));
}

/** The ways in whose vehicles detectors on a road see. */
function seenOn(road: string, signal: string, { signals, detectors }: Signals): string[] {
  const links = signals.find(({ id }) => id === signal)?.links ?? [];
  const seen = detectors
    .filter((detector) => detector.edge === road && detector.signal === signal)
    .flatMap((detector) => links.filter(({ link }) => detector.links.includes(link)));
  return [...new Set(seen.map(({ in_edge }) => in_edge))];
}

/** The signal that each way in comes from, as far as its way back shows. */
function originsOf({ links }: Signal): Map<string, string> {
  const outs = new Map(links.map(({ out_edge, downstream_signal }) => [out_edge, downstream_signal]));
  const candidates = new Map<string, ReadonlySet<string>>();
  for (const { in_edge } of links) {
    const mine = links.filter((link) => link.in_edge === in_edge);
    const back = mine.find(({ dir }) => dir === 't')?.out_edge;
    const onward = new Set(mine.map(({ out_edge }) => out_edge));
    const others = [...outs.keys()].filter((edge) => !onward.has(edge));
    candidates.set(in_edge, new Set(back === undefined ? others : [back]));
  }
  const origins = new Map<string, string>();
  const taken = new Set<string>();
  for (let isNew = true; isNew; ) {
    isNew = false;
    for (const [into, all] of candidates) {
      const left = [...all].filter((edge) => !taken.has(edge));
      if (left.length !== 1) continue;
      const [back] = left as [string];
      taken.add(back);
      candidates.delete(into);
      isNew = true;
      const from = outs.get(back);
      if (from != null) origins.set(into, from);
    }
  }
  return origins;
}
