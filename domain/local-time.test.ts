import { describe, expect, it } from 'vitest';
import { profileSlot, utcOffset } from './local-time.ts';
import { minutes } from './time.ts';

const zone = 'Europe/Copenhagen';

describe('local time', () => {
  it('knows winter and summer, and the minute at which one becomes the other', () => {
    expect(utcOffset(Date.UTC(2026, 0, 15, 12), zone)).toBe(minutes(60));
    expect(utcOffset(Date.UTC(2026, 6, 15, 12), zone)).toBe(minutes(120));
    expect(utcOffset(Date.UTC(2026, 2, 29, 0, 59, 59), zone)).toBe(minutes(60));
    expect(utcOffset(Date.UTC(2026, 2, 29, 1, 0, 0), zone)).toBe(minutes(120));
  });

  it('puts Monday 07:30 and Sunday 07:30 in slots of their own', () => {
    expect(profileSlot(Date.UTC(2026, 4, 4, 5, 30), zone)).toBe(30);
    expect(profileSlot(Date.UTC(2026, 4, 3, 5, 30), zone)).toBe(96 + 30);
  });

  it('goes by the local day, not that of UTC', () => {
    // Friday 22:30 UTC is already Saturday in Copenhagen in summer.
    expect(profileSlot(Date.UTC(2026, 4, 8, 22, 30), zone)).toBe(96 + 2);
  });
});
