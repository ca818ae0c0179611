import { describeLiveState } from './live.contract.ts';
import { createMemoryLive } from './memory-live.ts';

describeLiveState('live state in memory', async () => {
  const live = createMemoryLive();
  return { live };
});
