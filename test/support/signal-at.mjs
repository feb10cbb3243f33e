// Sends this process the signal RMINAS_TEST_SIGNAL at the moment that RMINAS_TEST_MOMENT names. Loaded before the
// program by --import.
//   spawn                       a sidecar has been started
//   message TYPE N              the Nth message of this type has arrived, and nothing has been done with it
//   journal TYPE N STEP         the Nth entry of this type: before its line is written, after half of the line, when
//                               the line is written but not synced, when it is synced
//   result STEP                 of result.json: before its draft is written, after half of the draft, when the draft is
//                               written, when it has been renamed
import { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { RMINAS_TEST_SIGNAL: signal } = process.env;
const [kind, ...words] = (process.env.RMINAS_TEST_MOMENT ?? '').split(' ');

function sendSignal() {
  process.kill(process.pid, signal);
}

/** Calls `reached` at the Nth call. */
function countdown(count, reached) {
  let left = Number(count);
  return () => {
    left -= 1;
    if (left === 0) reached();
  };
}

if (kind === 'spawn') {
  const { spawn } = ChildProcess.prototype;
  ChildProcess.prototype.spawn = function (options) {
    const started = spawn.call(this, options);
    if (options.args.includes('rminas_sidecar')) sendSignal();
    return started;
  };
}

if (kind === 'message') {
  const [type, count] = words;
  const arrived = countdown(count, sendSignal);
  const { parse } = JSON;
  let last = '';
  JSON.parse = (text, reviver) => {
    // The program may parse a message more than once.
    if (text !== last && String(text).startsWith(`{"type":"${type}",`)) {
      last = text;
      arrived();
    }
    return parse(text, reviver);
  };
}

if (kind === 'journal') {
  const [type, count, step] = words;
  const { writeSync, fdatasyncSync } = fs;
  let due = false;
  const begun = countdown(count, () => {
    due = true;
    if (step === 'before') sendSignal();
  });
  fs.writeSync = (descriptor, bytes, ...rest) => {
    if (Buffer.isBuffer(bytes) && bytes.includes(`"entry":{"type":"${type}"`)) begun();
    if (!due) return writeSync(descriptor, bytes, ...rest);
    if (step === 'half') writeSync(descriptor, bytes, 0, Math.floor(bytes.length / 2));
    else writeSync(descriptor, bytes, ...rest);
    if (step !== 'synced') sendSignal();
    return bytes.length;
  };
  fs.fdatasyncSync = (descriptor) => {
    fdatasyncSync(descriptor);
    if (!due) return;
    due = false;
    sendSignal();
  };
  syncBuiltinESMExports();
}

if (kind === 'result') {
  const [step] = words;
  const { openSync, renameSync, writeFileSync } = fs;
  let draft = -1;
  fs.openSync = (file, ...rest) => {
    const descriptor = openSync(file, ...rest);
    if (String(file).includes('result.json')) draft = descriptor;
    return descriptor;
  };
  fs.writeFileSync = (file, text, ...rest) => {
    if (file !== draft) return writeFileSync(file, text, ...rest);
    if (step === 'before') sendSignal();
    writeFileSync(file, step === 'half' ? text.slice(0, text.length / 2) : text, ...rest);
    if (step !== 'renamed') sendSignal();
  };
  fs.renameSync = (from, to) => {
    renameSync(from, to);
    if (String(to).endsWith('result.json')) sendSignal();
  };
  syncBuiltinESMExports();
}
