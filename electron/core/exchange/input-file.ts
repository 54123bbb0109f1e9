import { open, readFile } from 'node:fs/promises';
import { AppError } from '../../../shared/model/errors.ts';
import type { ByteSource } from './csv-records.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file.',
  EACCES: 'Reading it is not allowed.',
  EPERM: 'Reading it is not allowed.',
  EISDIR: 'It is a folder.',
};

function unreadable(file: string, thrown: unknown): unknown {
  if (!(thrown instanceof Error && 'code' in thrown)) return thrown;
  const reason = reasons[String(thrown.code)] ?? thrown.message;
  return new AppError('invalid_input', `${file} cannot be read. ${reason}`, { cause: thrown });
}

/** The bytes of a file. Throws `invalid_input` at once where it cannot be opened, and later where reading fails. */
export async function openInput(file: string): Promise<ByteSource> {
  try {
    const handle = await open(file);
    return readingOf(file, handle.createReadStream());
  } catch (thrown) {
    throw unreadable(file, thrown);
  }
}

async function* readingOf(file: string, stream: ByteSource): AsyncGenerator<Uint8Array | string> {
  try {
    yield* stream;
  } catch (thrown) {
    throw unreadable(file, thrown);
  }
}

/** A whole file of JSON. Throws `invalid_input` where it cannot be read or is none. */
export async function readJsonFile(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    throw unreadable(file, thrown);
  });
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const detail = cause instanceof Error ? ` ${cause.message}.` : '';
    throw new AppError('invalid_input', `${file} is not JSON.${detail}`, { cause });
  }
}
