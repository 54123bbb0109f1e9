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
  if (url === null) throw refused(name, 'Teams does not say where it lies');
  const link = `u!${Buffer.from(url).toString('base64url')}`;
  try {
    return await graph.download(graphPath`/shares/${link}/driveItem/content`, call);
  } catch (thrown) {
    if (hasStatus(thrown, 403))
      throw refused(name, 'the app may not read files (allow it Files.Read.All in Entra)', thrown);
    if (hasStatus(thrown, 404)) throw refused(name, 'it is not there any more', thrown);
    throw thrown;
  }
}

function refused(name: string, why: string, cause?: unknown): AppError {
  return new AppError('vendor_refused', `${name} cannot be fetched from Teams: ${why}.`, {
    cause,
    details: { vendor: 'Microsoft Teams', file: name },
  });
}
