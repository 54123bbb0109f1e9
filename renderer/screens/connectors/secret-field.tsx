import { Button, FileButton, PasswordInput, Textarea } from '@mantine/core';
import classes from './connectors.module.css';
import { fieldProps, type SettingFieldProps } from './field-props.ts';

const visibilityToggleButtonProps = { 'aria-label': 'Show or hide what is typed', tabIndex: 0 };

/** A secret: typed or pasted, never shown again once it is kept. */
export function SecretField(props: SettingFieldProps) {
  const { field, value, isKept, isChanged, isReadOnly, actions } = props;
  const { variable, label, isRequired } = field;
  const isForgotten = isKept && isChanged && value === '';
  const type = (text: string) => {
    // Emptied again: the kept one stays, unless somebody says that it goes.
    if (text === '' && isKept) actions.revert(variable);
    else actions.change(variable, text);
  };
  const common = {
    ...fieldProps(props),
    required: isRequired && !isKept && !isReadOnly,
    placeholder: isForgotten
      ? 'Is forgotten when you save'
      : isKept
        ? 'Kept. Leave empty to keep it'
        : field.placeholder,
  };
  return (
    <div className={classes.secret}>
      {field.kind === 'secret file' ? (
        <Textarea
          {...common}
          minRows={3}
          maxRows={6}
          autosize
          classNames={{ input: classes.masked }}
          onChange={(event) => type(event.currentTarget.value)}
        />
      ) : (
        <PasswordInput
          {...common}
          visibilityToggleButtonProps={visibilityToggleButtonProps}
          onChange={(event) => type(event.currentTarget.value)}
        />
      )}
      {!isReadOnly && (
        <div className={classes.secretActions}>
          {field.kind === 'secret file' && (
            <FileButton onChange={(file) => void file?.text().then(type)}>
              {(button) => (
                <Button {...button} variant="default" size="compact-xs">
                  Choose a file…
                </Button>
              )}
            </FileButton>
          )}
          {isKept && isChanged && (
            <Button variant="subtle" size="compact-xs" onClick={() => actions.revert(variable)}>
              Keep the old one
            </Button>
          )}
          {isKept && !isChanged && !isRequired && (
            <Button
              variant="subtle"
              size="compact-xs"
              onClick={() => actions.change(variable, '')}
              aria-label={`Forget the kept ${label}`}
            >
              Forget it
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
