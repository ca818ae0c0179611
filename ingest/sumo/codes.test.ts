import { describe, expect, it } from 'vitest';
import { boundsOf } from './codes.ts';

describe('the directions of approaches', () => {
  it.each([
    ['a plain crossing', [0, 90, 180, 270], 'NB EB SB WB'],
    ['a crossing turned by 40 degrees', [40, 130, 220, 310], 'NB EB SB WB'],
    ['two that both head north-east, in their order', [10, 60, 180, 270], 'NB EB SB WB'],
    ['a crossing whose northbound heads a little west', [350, 80, 170, 260], 'NB EB SB WB'],
    ['a T', [90, 270, 0], 'EB WB NB'],
    ['five legs, each the nearest', [0, 5, 90, 180, 270], 'NB NB EB SB WB'],
  ])('%s', (_, headings, expected) => {
    expect(boundsOf(headings).join(' ')).toBe(expected);
  });
});
