import { expect, test } from 'vitest';
import type { FormInput } from '../../shared/contract/contract.ts';
import { createApi } from '../api.ts';
import { admitFiles, createFormDraftStore, isBlank } from './form-draft.ts';
import { connectionTo, memoryStorage } from './test-connection.ts';
import { writtenForm } from './written-entry.ts';

const file = (name: string, mebibytes: number) => new File([new Uint8Array(mebibytes * 1024 * 1024)], name);

test('a file that is too large alone or together with the others is refused by name, the rest attached', () => {
  const attached = [file('a.pdf', 4)];
  const { files, refusals } = admitFiles(attached, [
    file('huge.zip', 11),
    file('b.pdf', 5),
    file('c.pdf', 3),
  ]);
  expect(files.map(({ name }) => name)).toEqual(['a.pdf', 'b.pdf']);
  expect(refusals).toEqual([
    'huge.zip is larger than 10 MB.',
    'c.pdf would bring the files to more than 11 MB together.',
  ]);
});

test('the same file dropped twice is attached once, and an eleventh is refused', () => {
  const ten = Array.from({ length: 10 }, (_, index) => file(`${index}.txt`, 0));
  expect(admitFiles(ten, [file('0.txt', 0)])).toEqual({ files: ten, refusals: [] });
  expect(admitFiles(ten, [file('11.txt', 0)]).refusals).toEqual(['11.txt: ten files are attached already.']);
});

test('a form that waits at the desk and is taken back is in the form again, with its files', async () => {
  const sent: FormInput[] = [];
  const submit = async (form: FormInput) => {
    sent.push(form);
    return { requestId: null, entryId: form.idempotencyKey };
  };
  const store = createFormDraftStore(createApi(connectionTo({ requests: { submit } })), memoryStorage());
  store.getState().change({ summary: 'Hanna Koch belongs to Ana', target_record: 'Koch', priority: 'High' });
  const { draft } = store.getState();
  const form = writtenForm(JSON.stringify({ kind: 'form', input: { ...draft, ...withFile } }));
  expect(await store.getState().submit()).toBe(null);
  expect(sent).toEqual([expect.objectContaining(draft)]);
  expect(isBlank(store.getState())).toBe(true);

  if (form) store.getState().restore(form);
  expect(store.getState().draft).toEqual(draft);
  const [file] = store.getState().files;
  expect([file?.name, await file?.text()]).toEqual(['note.txt', 'hello']);
});

test('an entry that was written in another form is not taken for one', () => {
  expect(writtenForm(JSON.stringify({ kind: 'comment', input: { text: 'Fine with me' } }))).toBe(null);
});

const withFile = {
  idempotencyKey: 'one press',
  attachments: [{ name: 'note.txt', mediaType: 'text/plain', content: btoa('hello') }],
};
