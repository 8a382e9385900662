// Writes docs/reference/rollout-statistics.md.
import { writeFileSync } from 'node:fs';
import { rolloutStatisticsPage } from './rollout-statistics.ts';

writeFileSync(
  new URL('../../docs/reference/rollout-statistics.md', import.meta.url),
  rolloutStatisticsPage(),
);
