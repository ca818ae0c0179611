/**
 * Things by names that come again and again, mostly in the order in which they came before: after each it is noted
 * which came next, so that most are found where they are expected. That costs a third of what a search in a large map
 * does, which looks at the name, its place, the entry and the name there, each of them far from the others.
 */
export class NameIndex<Thing> {
  private readonly numbers: ReadonlyMap<string, number>;
  private readonly names: string[] = [];
  private readonly things: Thing[] = [];
  private readonly nexts: Int32Array;
  private last = 0;

  constructor(things: ReadonlyMap<string, Thing>) {
    for (const [name, thing] of things) {
      this.names.push(name);
      this.things.push(thing);
    }
    this.numbers = new Map(this.names.map((name, number) => [name, number]));
    this.nexts = Int32Array.from(this.names, (_, number) => (number + 1) % this.names.length);
  }

  find(name: string): Thing | undefined {
    let number = this.nexts[this.last] as number;
    if (this.names[number] !== name) {
      const found = this.numbers.get(name);
      if (found === undefined) return undefined;
      number = found;
      this.nexts[this.last] = number;
      // The same string as next time, so that it is told to be the same without a look at its characters.
      this.names[number] = name;
    }
    this.last = number;
    return this.things[number];
  }
}
