/** The committed city is the one of this seed. */
export const demoCitySeed = 7;

/** Folder of the committed tables, in GMNS. */
export const demoCityFolder = new URL('./tables/', import.meta.url);
