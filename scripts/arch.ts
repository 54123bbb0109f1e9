import { cruiseArrows } from './cruise-arrows.ts';

const { moduleCount, violations } = await cruiseArrows();
for (const violation of violations) process.stderr.write(`${violation}\n`);
process.stdout.write(`${moduleCount} modules, ${violations.length} forbidden imports\n`);
if (violations.length > 0) process.exitCode = 1;
