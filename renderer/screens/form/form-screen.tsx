import { Button, Group, Input, SegmentedControl, Select, Textarea, VisuallyHidden } from '@mantine/core';
import { IconCloudUp } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { FormInput } from '../../../shared/contract/contract.ts';
import { priorities } from '../../../shared/model/request.ts';
import { wordsOf } from '../../api.ts';
import { Empty } from '../../components/blocks.tsx';
import { showDone } from '../../components/notices.tsx';
import { useShortcuts } from '../../components/shortcuts.ts';
import { useIsAway } from '../../components/use-waiting.ts';
import { systemLabels } from '../../components/words.ts';
import { useFormDraft, useSession, useStores } from '../../stores/app-stores.tsx';
import { isBlank } from '../../stores/form-draft.ts';
import { navigate } from '../../stores/route.ts';
import { AttachmentField } from './attachment-field.tsx';
import classes from './form.module.css';
import { RecordField } from './record-field.tsx';

const automatic = 'Automatic';

type Field = 'summary' | 'business_justification';

/** What is wrong with a field's text now, in words, or null. */
function fieldProblem(field: Field, text: string): string | null {
  const parsed = FormInput.shape[field].safeParse(text);
  return parsed.success ? null : (parsed.error.issues[0]?.message ?? null);
}

export function FormScreen() {
  const { formDraft } = useStores();
  const draft = useFormDraft((state) => state.draft);
  const files = useFormDraft((state) => state.files);
  const me = useSession(({ session }) => session?.me);
  const [isTouched, setTouched] = useState(false);
  const [isSending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isKept, setKept] = useState(false);
  const isAway = useIsAway();
  const { change, setFiles } = formDraft.getState();
  const problemOf = (field: Field) =>
    isTouched || draft[field] !== '' ? fieldProblem(field, draft[field]) : null;
  useShortcuts({ Escape: () => navigate({ screen: 'queue' }) });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTouched(true);
    if (
      fieldProblem('summary', draft.summary) ??
      fieldProblem('business_justification', draft.business_justification)
    )
      return;
    setSending(true);
    setRefusal(null);
    try {
      const requestId = await formDraft.getState().submit();
      if (requestId === null) return setKept(true);
      showDone(`${requestId} is with the agent.`);
      navigate({ screen: 'request', requestId });
    } catch (thrown) {
      setRefusal(wordsOf(thrown));
    } finally {
      setSending(false);
    }
  };

  // What was taken back is in the form again.
  if (isKept && isBlank({ draft, files })) return <Kept onAnother={() => setKept(false)} />;
  return (
    <div className={classes.screen}>
      <form
        className={classes.sheet}
        onSubmit={(event) => void submit(event)}
        noValidate
        aria-label="Lead Routing Exception Form"
      >
        <header>
          <h1>New lead routing exception</h1>
          <p>
            Say what is wrong{me ? `, ${me.name.split(' ')[0]}` : ''}. The agent looks up the rest in the CRMs
            and the policy.
          </p>
        </header>
        <Textarea
          label="What is wrong"
          placeholder="Jonas Weber at Nordlicht was routed to Ben, but Nordlicht is an enterprise in Hamburg."
          required
          autosize
          minRows={3}
          maxRows={14}
          value={draft.summary}
          onChange={(event) => change({ summary: event.currentTarget.value })}
          onBlur={() => draft.summary === '' && draft.target_record !== '' && setTouched(true)}
          error={problemOf('summary')}
          autoFocus
          data-testid="form-summary"
        />
        <RecordField
          value={draft.target_record}
          onText={(target_record) => change({ target_record })}
          onRecord={({ id, system }) => change({ target_record: id, target_system: system })}
        />
        <div className={classes.pair}>
          <Select
            label="System"
            data={[
              { value: 'unknown', label: 'I do not know' },
              { value: 'salesforce', label: systemLabels.salesforce },
              { value: 'hubspot', label: systemLabels.hubspot },
            ]}
            value={draft.target_system}
            onChange={(system) =>
              change({ target_system: FormInput.shape.target_system.parse(system ?? undefined) })
            }
            allowDeselect={false}
            data-testid="form-system"
          />
          <Input.Wrapper label="Priority" labelElement="div">
            <SegmentedControl
              fullWidth
              size="xs"
              aria-label="Priority"
              data={[automatic, ...priorities]}
              value={draft.priority ?? automatic}
              onChange={(name) =>
                change({ priority: priorities.find((priority) => priority === name) ?? null })
              }
            />
          </Input.Wrapper>
        </div>
        <Textarea
          label="Business justification"
          description="Why it matters, and for whom. Needed if you ask for an owner whom the rules do not give."
          autosize
          minRows={2}
          maxRows={10}
          value={draft.business_justification}
          onChange={(event) => change({ business_justification: event.currentTarget.value })}
          error={problemOf('business_justification')}
          data-testid="form-justification"
        />
        <AttachmentField files={files} onFiles={setFiles} />
        {refusal && (
          <p className={classes.problem} role="alert">
            {refusal}
          </p>
        )}
        <footer className={classes.foot}>
          <span>
            {isAway
              ? 'Offline: it is kept here and sent when the store is back.'
              : 'Your draft is kept on this computer until it is sent.'}
          </span>
          <Button variant="default" onClick={() => navigate({ screen: 'queue' })}>
            Back
          </Button>
          <Button type="submit" loading={isSending} data-testid="form-submit">
            Send request
          </Button>
        </footer>
      </form>
    </div>
  );
}

/** Sent without the shared store: it has no id yet, and is in the outbox of this desk. */
function Kept({ onAnother }: { onAnother: () => void }) {
  const { sync } = useStores();
  return (
    <Empty title="Kept at this desk" icon={<IconCloudUp size={28} stroke={1.4} />}>
      <VisuallyHidden component="h1">New lead routing exception</VisuallyHidden>
      <p role="status" data-testid="form-kept">
        Kept here; it will be sent when the store is back. It gets its number then.
      </p>
      <Group gap={8} mt={8} justify="center">
        <Button onClick={() => sync.getState().showPanel(true)} data-testid="form-kept-show">
          Show what waits
        </Button>
        <Button variant="default" onClick={onAnother}>
          Another request
        </Button>
        <Button variant="default" onClick={() => navigate({ screen: 'queue' })}>
          Queue
        </Button>
      </Group>
    </Empty>
  );
}
