import { describeMeasureStore } from './measures.contract.ts';
import { createMemoryMeasures } from './memory-measures.ts';

describeMeasureStore('measures in memory', async () => {
  const store = createMemoryMeasures();
  return { store };
});
