import type { EnteredValues } from '../../../shared/set-up/entered-values.ts';
import type { SetUpGuide } from '../../../shared/set-up/guide.ts';
import { environmentLines } from './connection-words.ts';
import classes from './connectors.module.css';
import { CopyText } from './copy-text.tsx';
import { Notice } from './notice.tsx';

interface EnvironmentSettingsProps {
  guide: SetUpGuide;
  values: EnteredValues;
  /** Why this machine keeps no secrets. */
  because: string;
}

/** Where no secret can be kept: what to set in the environment instead, made of what was typed. */
export function EnvironmentSettings({ guide, values, because }: EnvironmentSettingsProps) {
  const lines = (areSecretsShown: boolean) => environmentLines(guide, values, { areSecretsShown }).join('\n');
  return (
    <section className={classes.environment} aria-label="Settings for the environment">
      <Notice>{because} These are the lines to set. You can test them here first.</Notice>
      <pre className={classes.code} data-testid="environment-lines">
        {lines(false)}
      </pre>
      <CopyText label="Copy, with the secrets" text={lines(true)} />
    </section>
  );
}
