import { AppError } from '../../../../shared/model/errors.ts';
import type { Log } from '../../ports.ts';
import type { CallOptions, ChatFile } from '../connector.ts';
import { vendorDownload } from '../vendor-fetch.ts';
import type { WebApi } from './web-api.ts';

export interface FilesOptions {
  webApi: WebApi;
  botToken: string;
  slackApiUrl: string;
  timeoutMs: number;
  log: Log;
}

/**
 * Fetches files with the bot's token, which goes to Slack's own hosts and the configured one only, and never along with
 * a redirect. Throws `vendor_refused` with the reason for what cannot be had.
 */
export function createFileReader({ webApi, botToken, slackApiUrl, timeoutMs, log }: FilesOptions) {
  /** Slack leaves the address out of an event for a file of another organisation; then it has to be asked for. */
  async function addressOf(file: ChatFile, signal: AbortSignal | undefined): Promise<string> {
    if (file.url !== null) return file.url;
    const { file: known } = await webApi.call((client) => client.files.info({ file: file.id }), signal);
    const url = known?.url_private_download ?? known?.url_private;
    if (url === undefined) throw refused(file, 'Slack gives out no copy of it.');
    return url;
  }

  return async (
    file: ChatFile,
    { maximumBytes, signal }: CallOptions & { maximumBytes: number },
  ): Promise<Buffer> => {
    const url = await addressOf(file, signal);
    if (!isSlacks(url, slackApiUrl)) throw refused(file, `It is kept at ${hostOf(url)}. Open it in Slack.`);
    const { status, headers, bytes } = await vendorDownload({
      vendor: 'Slack',
      method: 'GET',
      url,
      headers: { authorization: `Bearer ${botToken}` },
      timeoutMs,
      signal,
      log,
      maximumBytes,
    });
    if (status === 429)
      throw new AppError('vendor_busy', 'Slack asks for fewer calls. It is tried again later.');
    if (status >= 500)
      throw new AppError(
        'vendor_unreachable',
        `Slack answered with HTTP ${status}. Check Slack's status page if this goes on.`,
      );
    if (status === 404) throw refused(file, 'It was deleted in Slack.');
    // Without the scope Slack sends to its sign-in page, or shows that page itself.
    const isPage = (headers.get('content-type') ?? '').startsWith('text/html');
    if (status !== 200 || (isPage && !file.mediaType.startsWith('text/html')))
      throw refused(
        file,
        "Slack does not give it to the app. Add the scope files:read in the app's settings.",
      );
    return bytes;
  };
}

function isSlacks(url: string, slackApiUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, origin } = new URL(url);
  if (origin === new URL(slackApiUrl).origin) return true;
  return protocol === 'https:' && (hostname === 'slack.com' || hostname.endsWith('.slack.com'));
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'another place';
}

function refused(file: ChatFile, why: string): AppError {
  return new AppError('vendor_refused', `The file ${file.name} could not be fetched. ${why}`, {
    details: { vendor: 'Slack', file: file.id },
  });
}
