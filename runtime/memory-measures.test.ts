import { describeAggregates } from './aggregates.contract.ts';
import { describeMeasureStore } from './measures.contract.ts';
import { createMemoryMeasures } from './memory-measures.ts';

const open = async () => ({ store: createMemoryMeasures() });

describeMeasureStore('measures in memory', open);
describeAggregates('aggregates in memory', open);
