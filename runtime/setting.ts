/** What one variable of the environment may be. Made by hand: a library for it would be a sixth of the start. */
export interface Setting<Value> {
  /** Taken when the variable is not there. */
  readonly default: Value;
  readonly description: string;
  /** The value that a text stands for; undefined when it stands for none. */
  parse(text: string): Value | undefined;
  /** What would be right, for who wrote something else. */
  readonly wanted: string;
}

/** The value of a setting. */
export type ValueOf<Any> = Any extends Setting<infer Value> ? Value : never;

/** Any text, or what matches a pattern. */
export const text = (
  description: string,
  { initial = '', pattern = /^/ }: { readonly initial?: string; readonly pattern?: RegExp } = {},
): Setting<string> => ({
  default: initial,
  description,
  parse: (given) => (pattern.test(given) ? given : undefined),
  wanted: `what matches ${pattern}`,
});

/** A whole number from `least` to `most`. */
export const integer = (
  description: string,
  initial: number,
  least: number,
  most: number,
): Setting<number> => ({
  default: initial,
  description,
  parse: (given) => inRange(/^\s*\d+\s*$/, given, least, most),
  wanted: `a whole number from ${least} to ${most}`,
});

/** A number above `above`, up to `most`. */
export const numberAbove = (
  description: string,
  initial: number,
  above: number,
  most: number,
): Setting<number> => ({
  default: initial,
  description,
  parse: (given) => {
    const value = inRange(/^\s*\d*\.?\d+\s*$/, given, above, most);
    return value === above ? undefined : value;
  },
  wanted: `a number above ${above}, up to ${most}`,
});

function inRange(form: RegExp, given: string, least: number, most: number): number | undefined {
  const value = form.test(given) ? Number(given) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

/** One of a few words; the first is taken when none is given. */
export const choice = <const Words extends readonly [string, ...string[]]>(
  description: string,
  ...words: Words
): Setting<Words[number]> => ({
  default: words[0],
  description,
  parse: (given) => words.find((word) => word === given),
  wanted: words.join(' or '),
});
