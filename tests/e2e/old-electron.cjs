// The oldest Electron that the tests run in has Node 20, where undici 8 misses two functions on import. Users never
// get that Electron, so this stands here and not in the program.
const { syncBuiltinESMExports } = require('node:module');
const zlib = require('node:zlib');
const workerThreads = require('node:worker_threads');

zlib.createZstdDecompress ??= () => {
  throw new Error('This Node cannot read zstd');
};
workerThreads.markAsUncloneable ??= () => {};
syncBuiltinESMExports();
