// npm run bench -- NAME [--json]
import { benchAgent } from './agent.ts';
import type { Bench } from './bench-result.ts';
import { benchDesk } from './desk.ts';
import { benchIntake } from './intake.ts';
import { benchRules } from './rules.ts';
import { benchSync } from './sync.ts';

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  agent: benchAgent,
  desk: benchDesk,
  intake: benchIntake,
  rules: benchRules,
  sync: benchSync,
};

const [name = '', ...flags] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench) {
  const { results } = await bench();
  if (flags.includes('--json')) process.stdout.write(`${JSON.stringify({ name, results })}\n`);
  else
    for (const { metric, value, unit, against, ratio } of results)
      process.stdout.write(
        `${metric}: ${value.toLocaleString('en', { maximumFractionDigits: 2 })} ${unit}\n` +
          `    against ${against}: ratio ${ratio.toFixed(2)}\n`,
      );
} else {
  process.stderr.write(`There is no benchmark "${name}". Use one of ${Object.keys(benches).join(', ')}.\n`);
  process.exitCode = 2;
}
