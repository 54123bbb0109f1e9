// The oldest Electron that the tests run in has Node 20, where undici 8 does not work. Users never
// get that Electron, so this stands here and not in the program.
const { syncBuiltinESMExports } = require('node:module');
const zlib = require('node:zlib');
const workerThreads = require('node:worker_threads');

zlib.createZstdDecompress ??= () => {
  throw new Error('This Node cannot read zstd');
};
workerThreads.markAsUncloneable ??= () => {};
syncBuiltinESMExports();

// undici 8 would also put itself under the fetch of this Node, which adds a second content-length to some requests.
void fetch('data:,');
const dispatcher = Symbol.for('undici.globalDispatcher.1');
Object.defineProperty(globalThis, dispatcher, { value: globalThis[dispatcher], writable: false });
