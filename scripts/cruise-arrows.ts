import path from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';

const root = path.resolve(import.meta.dirname, '..');

export interface ArrowsReport {
  moduleCount: number;
  /** One line for each import that the architecture forbids. */
  violations: string[];
}

/**
 * Holds the rooms of a source tree to the arrows of the architecture.
 *
 * @param baseDir the folder that has `electron`, `renderer` and `shared` in it
 */
export async function cruiseArrows(baseDir: string = root): Promise<ArrowsReport> {
  const options = await extractDepcruiseOptions(path.join(root, '.dependency-cruiser.cjs'));
  const rooms = ['electron', 'renderer', 'shared'];
  const { output } = await cruise(rooms, { ...options, baseDir, validate: true });
  if (typeof output === 'string') throw new Error(output);
  return reportOf(output);
}

function reportOf({ summary }: ICruiseResult): ArrowsReport {
  const violations = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  // A cruiser that cannot read the sources finds nothing wrong with them.
  if (summary.totalCruised === 0) violations.push('no-modules: the cruiser has read none of the sources');
  return { moduleCount: summary.totalCruised, violations };
}
