import { Button, Group, Modal, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Email } from '../../../shared/model/person.ts';
import type { DecisionOrder } from '../../stores/requests.ts';
import type { ButtonMeaning } from './block-kit.ts';

interface SlackFormProps {
  meaning: ButtonMeaning | null;
  onSubmit: (order: DecisionOrder) => void;
  onClose: () => void;
}

const titles = { approve: 'Approve', reject: 'Reject', return: 'Return' };

/** The form that Slack opens for a button of the agent's. */
export function SlackForm({ meaning, onSubmit, onClose }: SlackFormProps) {
  return (
    <Modal
      opened={meaning !== null}
      onClose={onClose}
      title={meaning ? `${titles[meaning.action]} (in Slack)` : ''}
      styles={{ title: { fontWeight: 600 } }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {meaning && <SlackFormFields meaning={meaning} onSubmit={onSubmit} onClose={onClose} />}
    </Modal>
  );
}

function SlackFormFields({ meaning, onSubmit, onClose }: SlackFormProps & { meaning: ButtonMeaning }) {
  const { action, choices } = meaning;
  const [choice, setChoice] = useState<string | null>(choices[0]?.owner ?? null);
  const [email, setEmail] = useState('');
  const [note, setNote] = useState('');
  const [problem, setProblem] = useState<string | null>(null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const typed = email.trim() === '' ? null : Email.safeParse(email);
    if (typed?.success === false) return setProblem('That is not an e-mail address.');
    const owner = action === 'approve' ? (typed?.data ?? choice) : null;
    if (action === 'approve' && owner === null)
      return setProblem('Choose an owner, or enter an e-mail address.');
    if (action !== 'approve' && note.trim() === '') return setProblem('Write a sentence.');
    onSubmit({ action, owner, note: note.trim() === '' ? null : note.trim() });
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {action === 'approve' && choices.length > 0 && (
          <Select
            label="New owner"
            data={choices.map(({ owner, name }) => ({ value: owner, label: name || owner }))}
            value={choice}
            onChange={setChoice}
          />
        )}
        {action === 'approve' && (
          <TextInput
            label={choices.length > 0 ? 'Or somebody else, by e-mail' : 'New owner’s e-mail'}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            type="email"
          />
        )}
        <Textarea
          label={
            { approve: 'Note (optional)', reject: 'Reason', return: 'Question for the requester' }[action]
          }
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          autosize
          minRows={2}
          data-autofocus={action === 'approve' ? undefined : true}
          data-testid="slack-note"
        />
        {problem && (
          <Text size="sm" c="var(--red)" role="alert">
            {problem}
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" data-testid="slack-submit">
            {titles[action]}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
