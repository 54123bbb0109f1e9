import { Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { isSecret } from '../../../shared/set-up/entered-values.ts';
import { fieldProps, fieldWords, type SettingFieldProps } from './field-props.ts';
import { SecretField } from './secret-field.tsx';

/** One value to enter, in the form that suits its kind. */
export function SettingField(props: SettingFieldProps) {
  const { field, actions } = props;
  const { kind, variable } = field;
  if (isSecret(field)) return <SecretField {...props} />;
  if (kind === 'choice') return <ChoiceField {...props} />;
  const common = fieldProps(props);
  if (kind === 'list')
    return (
      <Textarea
        {...common}
        autosize
        minRows={1}
        maxRows={8}
        onChange={(event) => actions.change(variable, event.currentTarget.value)}
      />
    );
  return (
    <TextInput
      {...common}
      inputMode={kind === 'address' ? 'url' : undefined}
      onChange={(event) => actions.change(variable, event.currentTarget.value)}
    />
  );
}

function ChoiceField({ field, value, isReadOnly, problem, actions }: SettingFieldProps) {
  const { variable, label, choices = [], default: byDefault } = field;
  return (
    <Radio.Group
      label={label}
      description={fieldWords(field)}
      value={value === '' ? (byDefault ?? '') : value}
      onChange={(choice) => actions.change(variable, choice)}
      error={problem}
      readOnly={isReadOnly}
      data-testid={`field-${variable}`}
    >
      <Stack gap={6} mt={6}>
        {choices.map((choice) => (
          <Radio key={choice.value} value={choice.value} label={choice.label} size="xs" />
        ))}
      </Stack>
    </Radio.Group>
  );
}
