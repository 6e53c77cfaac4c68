#!/usr/bin/env node
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { runProgram } from './program.ts';

// The program that reads the output may stop before its end, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

// Timers of the clock keep no process alive; this one does.
const alive = setInterval(() => undefined, 60_000);

// kubectl finds its plugins by this name.
const isPlugin = basename(process.argv[1] ?? '').startsWith('kubectl-');

// Without `await` at the top, which a script cannot have: the bundle is a script under most names.
void runProgram(process.argv.slice(2), {
  program: isPlugin ? 'kubectl sluice' : 'sluice',
  env: process.env,
  colours: process.stdout.isTTY && !process.env.NO_COLOR,
  print: (output) => void process.stdout.write(output),
  say: (line) => void process.stderr.write(`${line}\n`),
  readInput: () => text(process.stdin),
  readInputInParts: () => process.stdin.setEncoding('utf8'),
  // It looks only, so that a signal may end it anywhere.
  signal: new AbortController().signal,
}).then((code) => {
  process.exitCode = code;
  clearInterval(alive);
});
