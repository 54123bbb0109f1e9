import type { ConnectedSystem } from '../../../shared/model/connection.ts';
import type { SetUpField } from '../../../shared/set-up/guide.ts';
import type { ConnectionDraftState } from '../../stores/connection-draft.ts';
import { sharedWith } from './connection-words.ts';

export interface SettingFieldProps {
  system: ConnectedSystem;
  field: SetUpField;
  value: string;
  /** Its secret is kept from before. */
  isKept: boolean;
  isChanged: boolean;
  isReadOnly: boolean;
  problem: string | null;
  actions: Pick<ConnectionDraftState, 'change' | 'revert' | 'leave'>;
}

/** What every field has, whatever it is typed into. */
export function fieldProps({ system, field, value, isReadOnly, problem, actions }: SettingFieldProps) {
  const { variable, label, isRequired, placeholder } = field;
  return {
    label,
    description: fieldWords(system, field),
    placeholder,
    required: isRequired && !isReadOnly,
    readOnly: isReadOnly,
    value,
    error: problem,
    onBlur: () => actions.leave(variable),
    autoComplete: 'off',
    spellCheck: false,
    'data-testid': `field-${variable}`,
  };
}

/** Where to find the value, and what it is used for beside. */
export function fieldWords(
  system: ConnectedSystem,
  { variable, help, kind, default: byDefault }: SetUpField,
): string | undefined {
  const others = sharedWith(system, variable);
  const sentences = [
    help,
    kind === 'list' && 'Several with commas or line breaks between.',
    byDefault !== undefined && kind !== 'choice' && `${byDefault}, if left empty.`,
    others.length > 0 && `Shared with ${others.join(' and ')}.`,
  ].filter((sentence) => typeof sentence === 'string');
  return sentences.length === 0 ? undefined : sentences.join(' ');
}
