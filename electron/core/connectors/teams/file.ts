import { AppError } from '../../../../shared/model/errors.ts';
import type { CallOptions, ChatFile } from '../connector.ts';
import { type Graph, graphPath, hasStatus } from '../microsoft-graph.ts';

/**
 * A message's file by its address in SharePoint or OneDrive, which Graph takes as a sharing link. The app needs
 * Files.Read.All. Throws `vendor_refused` where it cannot be had.
 */
export async function readFile(
  graph: Graph,
  { name, url }: ChatFile,
  call: CallOptions & { maximumBytes: number },
): Promise<Buffer> {
  if (url === null) throw refused(`${name} cannot be fetched: Teams does not say where it lies.`);
  const failed = (why: string, cause: unknown) =>
    refused(`${name} cannot be fetched: ${why}. Open it at ${url}`, cause);
  const link = `u!${Buffer.from(url).toString('base64url')}`;
  try {
    return await graph.download(graphPath`/shares/${link}/driveItem/content`, call);
  } catch (thrown) {
    if (hasStatus(thrown, 403))
      throw failed('the app may not read files (allow it Files.Read.All in Entra)', thrown);
    if (hasStatus(thrown, 404)) throw refused(`${name} is not in Teams any more.`, thrown);
    throw thrown;
  }
}

function refused(message: string, cause?: unknown): AppError {
  return new AppError('vendor_refused', message, { cause, details: { vendor: 'Microsoft Teams' } });
}
