/** One message of Postgres's wire protocol, version 3: its type and the whole of its bytes. */
export interface WireMessage {
  /** Null for those at the beginning of a connection, which have no type. */
  type: string | null;
  bytes: Buffer;
}

export interface MessageReader {
  /** The messages that are complete with these bytes, in order. */
  read(chunk: Buffer): WireMessage[];
}

const protocolVersion = 3;

/** Cuts what a client sends into messages. Until its start-up message has come they have no type. */
export function createClientMessageReader(): MessageReader {
  let hasStarted = false;
  return createReader((buffer) => {
    if (hasStarted) return typedMessage(buffer);
    const message = untypedMessage(buffer);
    hasStarted = message !== null && message.bytes.readUInt16BE(4) === protocolVersion;
    return message;
  });
}

/** Cuts what a server sends into messages. `isTlsAnswerDue` says that one bare byte comes first. */
export function createServerMessageReader(isTlsAnswerDue: () => boolean): MessageReader {
  return createReader((buffer) => (isTlsAnswerDue() ? bareByte(buffer) : typedMessage(buffer)));
}

function createReader(takeFirst: (buffer: Buffer) => WireMessage | null): MessageReader {
  let pending = Buffer.alloc(0);
  return {
    read(chunk) {
      pending = Buffer.concat([pending, chunk]);
      const messages: WireMessage[] = [];
      for (let message = takeFirst(pending); message !== null; message = takeFirst(pending)) {
        messages.push(message);
        pending = pending.subarray(message.bytes.length);
      }
      return messages;
    },
  };
}

function typedMessage(buffer: Buffer): WireMessage | null {
  if (buffer.length < 5) return null;
  const length = 1 + buffer.readUInt32BE(1);
  if (buffer.length < length) return null;
  return { type: String.fromCharCode(buffer.readUInt8(0)), bytes: buffer.subarray(0, length) };
}

function untypedMessage(buffer: Buffer): WireMessage | null {
  if (buffer.length < 8) return null;
  const length = buffer.readUInt32BE(0);
  return buffer.length < length ? null : { type: null, bytes: buffer.subarray(0, length) };
}

function bareByte(buffer: Buffer): WireMessage | null {
  return buffer.length === 0 ? null : { type: null, bytes: buffer.subarray(0, 1) };
}

const tlsRequestCode = 80_877_103;

export function isTlsRequest({ type, bytes }: WireMessage): boolean {
  return type === null && bytes.length === 8 && bytes.readUInt32BE(4) === tlsRequestCode;
}

/** The SQL of a Query or Parse message; empty for others. */
export function sqlOf({ type, bytes }: WireMessage): string {
  if (type === 'Q') return bytes.toString('utf8', 5, bytes.length - 1);
  if (type !== 'P') return '';
  const sqlStart = bytes.indexOf(0, 5) + 1;
  return bytes.toString('utf8', sqlStart, bytes.indexOf(0, sqlStart));
}

/** What a server says before it hangs up. `sqlState` is one of Postgres's five-character codes. */
export function fatalErrorMessage(sqlState: string, text: string): Buffer {
  const fields = ['SFATAL', 'VFATAL', `C${sqlState}`, `M${text}`].map((field) => `${field}\0`).join('');
  const body = Buffer.from(`${fields}\0`, 'utf8');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}
