import { Button } from '@mantine/core';
import { type FormEvent, type MouseEvent, type ReactNode, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Connection } from '../../../shared/model/connection.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import { wantedFields } from '../../../shared/set-up/entered-values.ts';
import type { SetUpField } from '../../../shared/set-up/guide.ts';
import { Section } from '../../components/blocks.tsx';
import { showDone } from '../../components/notices.tsx';
import { useConnections } from '../../stores/app-stores.tsx';
import { type ConnectionDraftStore, enteredValues, shownProblems } from '../../stores/connection-draft.ts';
import classes from './connectors.module.css';
import { EnvironmentSettings } from './environment-settings.tsx';
import { SettingField } from './setting-field.tsx';

interface SettingsFormProps {
  connection: Connection;
  draft: ConnectionDraftStore;
  isReadOnly: boolean;
  mayTest: boolean;
  isDirty: boolean;
}

/** What to enter, checked as it is typed; tried and saved from here. */
export function SettingsForm({ connection, draft, isReadOnly, mayTest, isDirty }: SettingsFormProps) {
  const state = useStore(draft);
  const form = useRef<HTMLFormElement>(null);
  const keepsNoSecretsBecause = useConnections((all) => all.keepsNoSecretsBecause);
  const guide = setUpGuides[connection.system];
  const values = enteredValues(state, connection);
  // What a stand-in is reached with is nothing that anybody enters.
  const fields = connection.setBy === 'sandbox' ? [] : wantedFields(guide, values);
  const problems = shownProblems(state, connection);
  const maySave = !isReadOnly && keepsNoSecretsBecause === null;

  const showFirstProblem = () =>
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!maySave) return;
    if (!(await state.save())) return showFirstProblem();
    showDone(`${guide.title} is saved.`);
    await state.test();
  };
  const test = async () => {
    const trying = state.test();
    if (draft.getState().trial?.isRunning !== true) showFirstProblem();
    await trying;
  };
  const show = (field: SetUpField) => (
    <SettingField
      key={field.variable}
      field={field}
      value={values[field.variable] ?? ''}
      isKept={connection.keptSecrets.includes(field.variable)}
      isChanged={state.changes[field.variable] !== undefined}
      isReadOnly={isReadOnly}
      problem={problems[field.variable] ?? null}
      actions={state}
    />
  );
  const advanced = fields.filter((field) => field.isAdvanced);
  return (
    <Section title={fields.length === 0 ? 'Connection' : `What to enter for ${guide.title}`}>
      <form
        ref={form}
        className={classes.form}
        onSubmit={(event) => void save(event)}
        noValidate
        autoComplete="off"
        aria-label={`Settings of ${guide.title}`}
      >
        {fields.filter((field) => !field.isAdvanced).map(show)}
        {advanced.length > 0 && (
          <AdvancedFields hasProblem={advanced.some(({ variable }) => problems[variable] !== undefined)}>
            {advanced.map(show)}
          </AdvancedFields>
        )}
        {state.refusal && (
          <p className={classes.problem} role="alert">
            {state.refusal}
          </p>
        )}
        <footer className={classes.foot}>
          <span role="status">
            {isDirty && !isReadOnly ? 'Not saved yet.' : 'A test changes nothing at the vendor.'}
          </span>
          {mayTest && (
            <Button
              variant="default"
              onClick={() => void test()}
              loading={state.trial?.isRunning === true}
              data-testid="connection-test"
            >
              Test connection
            </Button>
          )}
          {maySave && (
            <Button
              type="submit"
              loading={state.isSaving}
              disabled={!isDirty && connection.setBy !== null}
              data-testid="connection-save"
            >
              Save
            </Button>
          )}
        </footer>
      </form>
      {!isReadOnly && keepsNoSecretsBecause !== null && (
        <EnvironmentSettings guide={guide} values={values} because={keepsNoSecretsBecause} />
      )}
    </Section>
  );
}

/** Rarely changed, so folded; opened where something is wrong in it, and not closed under whoever mends it. */
function AdvancedFields({ hasProblem, children }: { hasProblem: boolean; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  if (hasProblem && !isOpen) setOpen(true);
  const toggle = (event: MouseEvent) => {
    event.preventDefault();
    setOpen(!isOpen);
  };
  return (
    <details className={classes.advanced} open={isOpen} data-testid="advanced-fields">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a summary is pressed by mouse and by keyboard */}
      <summary onClick={toggle}>Advanced</summary>
      <div className={classes.form}>{children}</div>
    </details>
  );
}
