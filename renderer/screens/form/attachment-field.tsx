import { ActionIcon, Input } from '@mantine/core';
import { IconFile, IconX } from '@tabler/icons-react';
import { type DragEvent, useRef, useState } from 'react';
import { byteWords } from '../../components/words.ts';
import { admitFiles, fileLimits } from '../../stores/form-draft.ts';
import classes from './form.module.css';

const rules = `Up to ${fileLimits.files} files, 10 MB each, 11 MB together`;

export function AttachmentField({ files, onFiles }: { files: File[]; onFiles: (files: File[]) => void }) {
  const picker = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [refusals, setRefusals] = useState<string[]>([]);
  const add = (offered: FileList | null) => {
    const admitted = admitFiles(files, [...(offered ?? [])]);
    setRefusals(admitted.refusals);
    onFiles(admitted.files);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  return (
    <Input.Wrapper
      label="Attachments"
      description={rules}
      labelElement="div"
      inputWrapperOrder={['label', 'description', 'input', 'error']}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is the mouse's way; the button is everybody's */}
      <div
        className={classes.drop}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        data-testid="form-drop"
      >
        <span>
          Drop files here, or{' '}
          <button type="button" onClick={() => picker.current?.click()}>
            choose them
          </button>
        </span>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label="Attachments"
          onChange={(event) => {
            add(event.currentTarget.files);
            event.currentTarget.value = '';
          }}
        />
      </div>
      {files.map((file) => (
        <div key={`${file.name} ${file.size}`} className={classes.file}>
          <IconFile size={15} aria-hidden />
          <span>{file.name}</span>
          <span>{byteWords(file.size)}</span>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Remove ${file.name}`}
            onClick={() => onFiles(files.filter((other) => other !== file))}
          >
            <IconX size={14} />
          </ActionIcon>
        </div>
      ))}
      {refusals.map((words) => (
        <p key={words} className={classes.problem} role="alert">
          {words}
        </p>
      ))}
    </Input.Wrapper>
  );
}
