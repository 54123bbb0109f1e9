import { IconExternalLink } from '@tabler/icons-react';
import type { SetUpGuide, SetUpPermission, SetUpStep } from '../../../shared/set-up/guide.ts';
import connectorClasses from './connectors.module.css';
import { CopyText } from './copy-text.tsx';
import classes from './vendor-steps.module.css';

/** What to create at the vendor, in order, and what to allow there and why. */
export function VendorSteps({ guide, isOpen }: { guide: SetUpGuide; isOpen: boolean }) {
  const { title, steps, permissions } = guide;
  if (steps.length === 0 && permissions.length === 0) return null;
  return (
    <details className={classes.steps} open={isOpen} data-testid="vendor-steps">
      <summary>What to create in {title}</summary>
      <ol>
        {steps.map((step) => (
          <Step key={step.text} step={step} />
        ))}
      </ol>
      {permissions.length > 0 && <Permissions permissions={permissions} />}
    </details>
  );
}

function Step({ step: { text, link, copy } }: { step: SetUpStep }) {
  return (
    <li className={classes.step}>
      <p>{text}</p>
      {link && (
        <a href={link.url} target="_blank" rel="noreferrer">
          {link.label}
          <IconExternalLink size={13} aria-hidden />
        </a>
      )}
      {copy && <Copied copy={copy} />}
    </li>
  );
}

/** Up to here a text is shown at once, on one line. */
const shortLength = 60;

function Copied({ copy: { label, text } }: { copy: NonNullable<SetUpStep['copy']> }) {
  const isShort = text.length <= shortLength && !text.includes('\n');
  return (
    <div className={classes.copied}>
      {isShort && <code>{text}</code>}
      <CopyText label={label} text={text} />
      {!isShort && (
        <details>
          <summary>Look at it</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <pre className={connectorClasses.code} tabIndex={0}>
            {text}
          </pre>
        </details>
      )}
    </div>
  );
}

function Permissions({ permissions }: { permissions: readonly SetUpPermission[] }) {
  return (
    <section aria-label="What Switchyard needs to be allowed" className={classes.permissions}>
      <div className={classes.permissionsHead}>
        <h3>What Switchyard needs to be allowed</h3>
        <CopyText label="Copy the list" text={permissions.map(({ name }) => name).join('\n')} />
      </div>
      <dl>
        {permissions.map(({ name, why }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{why}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
