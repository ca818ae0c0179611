/** Arrays that one search leaves to the next: to make them anew for every signal takes as long as to search. */
export class Workspace {
  private readonly arrays = new Map<string, Float64Array>();

  /** At least so many numbers. What they are is left from before: whoever takes them sets what it reads. */
  floats(name: string, length: number): Float64Array {
    const known = this.arrays.get(name);
    if (known !== undefined && known.length >= length) return known;
    const made = new Float64Array(length);
    this.arrays.set(name, made);
    return made;
  }
}
