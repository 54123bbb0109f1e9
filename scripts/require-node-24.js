// Preloaded by every npm script, in plain JavaScript so that an older Node can read it and say what is wrong.
const [major] = process.versions.node.split('.');
if (Number(major) < 24) {
  process.stderr.write(
    `Switchyard's scripts need Node 24, and this is Node ${process.versions.node} (${process.execPath}).\n` +
      'The right one comes with the dependencies: run "npm ci" (without --ignore-scripts), then start the script ' +
      'with "npm run …", which puts it first in the path.\n',
  );
  process.exit(1);
}
