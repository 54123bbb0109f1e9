import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { FirstAdmin } from '../../../shared/contract/contract.ts';
import { refusedPart, wordsOf } from '../../api.ts';
import { useStores, useWorkspace } from '../../stores/app-stores.tsx';
import classes from './first-run.module.css';

type Field = keyof FirstAdmin;
const labels: Record<Field, string> = { name: 'Name', email: 'E-mail' };

/** What is wrong with a field's text now, as a sentence, or null. */
function problemOf(field: Field, text: string): string | null {
  const parsed = FirstAdmin.shape[field].safeParse(text);
  const message = parsed.success ? undefined : parsed.error.issues[0]?.message;
  return message === undefined ? null : `${labels[field]} ${message}.`;
}

interface FirstAdminFormProps {
  /** Beside the button that sends it. */
  children?: ReactNode;
}

/** Asks for the first admin of one's own workspace, and opens it. */
export function FirstAdminForm({ children }: FirstAdminFormProps) {
  const { workspace } = useStores();
  const fixedEmail = useWorkspace(({ state }) => state?.user ?? null);
  const isOpening = useWorkspace((all) => all.isOpening);
  const [name, setName] = useState('');
  const [typedEmail, setEmail] = useState('');
  const [left, setLeft] = useState<readonly Field[]>([]);
  const [refusal, setRefusal] = useState<{ field: string | null; words: string } | null>(null);
  const email = fixedEmail ?? typedEmail;

  const told = (field: Field, text: string) =>
    (refusal?.field === field ? refusal.words : null) ??
    (left.includes(field) ? problemOf(field, text) : null);
  const leave = (field: Field, text: string) => text !== '' && setLeft((fields) => [...fields, field]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setLeft(['name', 'email']);
    setRefusal(null);
    const parsed = FirstAdmin.safeParse({ name, email });
    if (!parsed.success) return;
    try {
      await workspace.getState().setUp(parsed.data);
    } catch (thrown) {
      setRefusal({ field: refusedPart(thrown, 'field'), words: wordsOf(thrown) });
    }
  };
  return (
    <form
      className={classes.form}
      onSubmit={(event) => void submit(event)}
      noValidate
      aria-label="The first admin"
    >
      <TextInput
        label={labels.name}
        required
        autoComplete="name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        onBlur={() => leave('name', name)}
        error={told('name', name)}
        data-autofocus
        data-testid="first-admin-name"
      />
      <TextInput
        label={labels.email}
        description={
          fixedEmail === null
            ? 'The one you have in Slack, Teams and the CRMs: people are recognised by it.'
            : 'From SWITCHYARD_USER.'
        }
        required
        autoComplete="email"
        inputMode="email"
        readOnly={fixedEmail !== null}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        onBlur={() => leave('email', email)}
        error={told('email', email)}
        data-testid="first-admin-email"
      />
      {refusal && refusal.field === null && (
        <p className={classes.problem} role="alert">
          {refusal.words}
        </p>
      )}
      <Group gap={8} justify="flex-end">
        {children}
        <Button type="submit" loading={isOpening} data-testid="first-admin-submit">
          Set up the workspace
        </Button>
      </Group>
    </form>
  );
}
