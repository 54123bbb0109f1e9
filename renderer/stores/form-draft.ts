import { z } from 'zod';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type AttachmentUpload, FormInput } from '../../shared/contract/contract.ts';
import { type Api, newIdempotencyKey } from '../api.ts';
import { readStored, writeStored } from './stored-json.ts';

const Draft = FormInput.pick({
  summary: true,
  target_record: true,
  target_system: true,
  business_justification: true,
  priority: true,
}).extend({ summary: z.string() });
export type Draft = z.infer<typeof Draft>;

export const fileLimits = {
  files: 10,
  fileBytes: 10 * 1024 * 1024,
  /** All files together: Base64 adds a third, and one message to Switchyard holds 16 MiB. */
  totalBytes: 11 * 1024 * 1024,
} as const;

const emptyDraft: Draft = {
  summary: '',
  target_record: '',
  target_system: 'unknown',
  business_justification: '',
  priority: null,
};

export interface FormDraftState {
  draft: Draft;
  /** Kept while the program is open; a browser cannot keep files across a reload. */
  files: File[];
  change(change: Partial<Draft>): void;
  setFiles(files: File[]): void;
  /**
   * Forgets the draft; throws what the server says, and keeps it. Resolves with the new request's id, or with null
   * where the form is kept at this desk to be sent later.
   */
  submit(): Promise<string | null>;
  clear(): void;
  /** A form that was sent and taken back is in the form again, with its files. */
  restore(form: z.output<typeof FormInput>): void;
}
export type FormDraftStore = StoreApi<FormDraftState>;

/** Nothing is in the form that another draft would overwrite. */
export const isBlank = ({ draft, files }: Pick<FormDraftState, 'draft' | 'files'>): boolean =>
  draft.summary.trim() === '' && draft.target_record === '' && files.length === 0;

const draftKey = 'switchyard.form-draft';

export function createFormDraftStore(api: Api, storage: Storage): FormDraftStore {
  // The same form sent twice counts once; a changed one is another.
  let idempotencyKey = newIdempotencyKey();

  const store = createStore<FormDraftState>()((set, get) => ({
    draft: readStored(storage, draftKey, Draft) ?? emptyDraft,
    files: [],
    change(change) {
      idempotencyKey = newIdempotencyKey();
      set({ draft: { ...get().draft, ...change } });
    },
    setFiles(files) {
      idempotencyKey = newIdempotencyKey();
      set({ files });
    },
    async submit() {
      const { draft, files } = get();
      const attachments = await Promise.all(files.map(encodeFile));
      const { requestId } = await api.sendOnce(() =>
        api.call.requests.submit({ ...draft, attachments, idempotencyKey }),
      );
      get().clear();
      return requestId;
    },
    clear() {
      idempotencyKey = newIdempotencyKey();
      set({ draft: emptyDraft, files: [] });
    },
    restore(form) {
      get().change(Draft.parse(form));
      get().setFiles(form.attachments.map(decodeFile));
    },
  }));
  store.subscribe(({ draft }, before) => {
    if (draft !== before.draft) writeStored(storage, draftKey, draft);
  });
  return store;
}

async function encodeFile(file: File): Promise<z.output<typeof AttachmentUpload>> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  return { name: file.name, mediaType: file.type, content: url.slice(url.indexOf(',') + 1) };
}

function decodeFile({ name, mediaType, content }: z.output<typeof AttachmentUpload>): File {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  return new File([bytes], name, { type: mediaType });
}

/** The files that may be attached beside those that are, and in words why others may not. */
export function admitFiles(
  attached: readonly File[],
  offered: readonly File[],
): { files: File[]; refusals: string[] } {
  const files = [...attached];
  const refusals: string[] = [];
  for (const file of offered) {
    const totalBytes = files.reduce((sum, { size }) => sum + size, file.size);
    if (files.some(({ name, size }) => name === file.name && size === file.size)) continue;
    if (files.length >= fileLimits.files) refusals.push(`${file.name}: ten files are attached already.`);
    else if (file.size > fileLimits.fileBytes) refusals.push(`${file.name} is larger than 10 MB.`);
    else if (totalBytes > fileLimits.totalBytes) {
      refusals.push(`${file.name} would bring the files to more than 11 MB together.`);
    } else files.push(file);
  }
  return { files, refusals };
}
