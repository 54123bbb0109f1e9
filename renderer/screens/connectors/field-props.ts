import type { SetUpField } from '../../../shared/set-up/guide.ts';
import type { ConnectionDraftState } from '../../stores/connection-draft.ts';

export interface SettingFieldProps {
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
export function fieldProps({ field, value, isReadOnly, problem, actions }: SettingFieldProps) {
  const { variable, label, isRequired, placeholder } = field;
  return {
    label,
    description: fieldWords(field),
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

/** Where to find the value, and what holds without one. */
export function fieldWords({ help, kind, default: byDefault }: SetUpField): string | undefined {
  const sentences = [
    help ?? (kind === 'list' && 'Several with commas or line breaks between.'),
    byDefault !== undefined && kind !== 'choice' && `${byDefault}, if left empty.`,
  ].filter((sentence) => typeof sentence === 'string');
  return sentences.length === 0 ? undefined : sentences.join(' ');
}
