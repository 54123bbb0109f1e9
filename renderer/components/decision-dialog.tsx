import { Button, Group, Modal, Radio, Select, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { OwnerOption } from '../../shared/model/request.ts';
import { usePeople } from '../stores/app-stores.tsx';
import type { DecisionAction } from '../stores/requests.ts';
import { useDecide } from './decide.ts';
import { useDetail } from './use-detail.ts';

/** A decision that is being put together: what, and on which requests. */
export interface OpenDecision {
  action: DecisionAction;
  requestIds: readonly string[];
}

const elsewhere = 'somebody else';

const titles: Record<DecisionAction, string> = {
  approve: 'Approve',
  reject: 'Reject',
  return: 'Return for more information',
};
const noteLabels: Record<DecisionAction, string> = {
  approve: 'Note (optional)',
  reject: 'Reason, which the requester will read',
  return: 'Question to the requester',
};
const buttonLabels: Record<DecisionAction, string> = {
  approve: 'Approve',
  reject: 'Reject',
  return: 'Send question',
};

interface DecisionDialogProps {
  decision: OpenDecision | null;
  onClose: () => void;
}

export function DecisionDialog({ decision, onClose }: DecisionDialogProps) {
  const isOne = decision?.requestIds.length === 1;
  const subject = isOne ? decision.requestIds[0] : `${decision?.requestIds.length ?? 0} requests`;
  return (
    <Modal
      opened={decision !== null}
      onClose={onClose}
      title={decision && `${titles[decision.action]}: ${subject}`}
      size="md"
      styles={{ title: { fontWeight: 600 } }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {decision && <DecisionForm decision={decision} onClose={onClose} />}
    </Modal>
  );
}

function DecisionForm({ decision, onClose }: { decision: OpenDecision; onClose: () => void }) {
  const { action, requestIds } = decision;
  const requestId = requestIds.length === 1 ? requestIds[0] : undefined;
  const caseFile = useDetail(requestId ?? null).detail?.case;
  const options = ownerOptions(caseFile?.proposal ?? null, caseFile?.options ?? []);
  const decide = useDecide();
  const [note, setNote] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const choice = chosen ?? options[0]?.owner ?? elsewhere;
  const [otherOwner, setOtherOwner] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const choosesOwner = action === 'approve' && requestId !== undefined;
  const owner = choice === elsewhere ? otherOwner : choice;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const missing = missingWords();
    setProblem(missing);
    if (missing) return;
    void decide(requestIds, {
      action,
      owner: choosesOwner ? owner : null,
      note: note.trim() === '' ? null : note.trim(),
    });
    onClose();
  };

  function missingWords(): string | null {
    if (choosesOwner && owner === null) return 'Choose who is to own the lead.';
    if (action === 'reject' && note.trim() === '') return 'Say why, in a sentence.';
    if (action === 'return' && note.trim() === '') return 'Write what you need to know.';
    return null;
  }

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {choosesOwner && (
          <OwnerChoice
            options={options}
            choice={choice}
            onChoice={setChosen}
            otherOwner={otherOwner}
            onOtherOwner={setOtherOwner}
          />
        )}
        {action === 'approve' && !choosesOwner && (
          <Text size="sm">Each lead goes to the owner that the agent proposes for it.</Text>
        )}
        <Textarea
          label={noteLabels[action]}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
          }}
          autosize
          minRows={action === 'approve' ? 1 : 3}
          maxLength={4000}
          data-autofocus={action === 'approve' ? undefined : true}
          data-testid="decision-note"
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
          <Button
            type="submit"
            data-autofocus={action === 'approve' && choice !== elsewhere ? true : undefined}
            data-testid="decision-confirm"
          >
            {buttonLabels[action]}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function ownerOptions(proposal: OwnerOption | null, options: readonly OwnerOption[]): OwnerOption[] {
  const others = options.filter(({ owner }) => owner !== proposal?.owner);
  return proposal ? [proposal, ...others] : others;
}

interface OwnerChoiceProps {
  options: readonly OwnerOption[];
  choice: string;
  onChoice: (choice: string) => void;
  otherOwner: string | null;
  onOtherOwner: (email: string | null) => void;
}

function OwnerChoice({ options, choice, onChoice, otherOwner, onOtherOwner }: OwnerChoiceProps) {
  const owners = usePeople((people) => people.owners);
  const others = owners.filter(({ email }) => !options.some(({ owner }) => owner === email));
  return (
    <Radio.Group label="New owner of the lead" value={choice} onChange={onChoice}>
      <Stack gap={6} mt={6}>
        {options.map(({ owner, name, why }) => (
          <Radio key={owner} value={owner} label={name} description={why} size="xs" />
        ))}
        <Radio value={elsewhere} label="Somebody else" size="xs" />
        {choice === elsewhere && (
          <Select
            aria-label="Owner"
            placeholder="Type a name"
            data={others.map(({ email, name }) => ({ value: email, label: name }))}
            value={otherOwner}
            onChange={onOtherOwner}
            searchable
            nothingFoundMessage="Nobody of that name can own leads in the CRMs"
            comboboxProps={{ withinPortal: true }}
            data-testid="decision-owner"
          />
        )}
      </Stack>
    </Radio.Group>
  );
}
