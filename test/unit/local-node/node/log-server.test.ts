import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startLogServer } from '../../../../dev/local-node/node/log-server.ts';
import { eventually } from '../../../helpers/eventually.ts';

let folder: string;
let log: string;
let server: https.Server;
let running: boolean;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'log-server-'));
  log = path.join(folder, 'pods', 'shop_web-1', 'web.log');
  await mkdir(path.dirname(log), { recursive: true });
  await writeFile(log, 'one\ntwo\nthree\n');
  await writeFile(path.join(folder, 'secret.log'), 'hidden');
  running = true;
  server = await startLogServer({ host: '127.0.0.1', port: 0, folder, isRunning: () => running });
});

afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true });
});

async function get(url: string): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo; // a TCP server's address is no string
  const request = https.get({ host: '127.0.0.1', port, path: url, rejectUnauthorized: false });
  const [response]: IncomingMessage[] = await once(request, 'response');
  if (response === undefined) throw new Error('no response');
  return response;
}

const answers = [
  { it: 'shows a whole log', query: '', gives: 'one\ntwo\nthree\n' },
  { it: 'shows the last lines', query: '?tailLines=2', gives: 'two\nthree\n' },
  { it: 'shows what there is when more lines are asked for', query: '?tailLines=9', gives: 'one\ntwo\nthree\n' },
  { it: 'shows nothing when no lines are asked for', query: '?tailLines=0', gives: '' },
];
it.each(answers)('$it', async ({ query, gives }) => {
  expect(await text(await get(`/containerLogs/shop/web-1/web${query}`))).toBe(gives);
});

it('shows the last of empty lines', async () => {
  await writeFile(log, '\n\n');
  expect(await text(await get('/containerLogs/shop/web-1/web?tailLines=5'))).toBe('\n\n');
});

it('follows a log until its pod ends', async () => {
  const response = await get('/containerLogs/shop/web-1/web?follow=true&tailLines=1');
  let seen = '';
  response.on('data', (chunk) => {
    seen += chunk;
  });
  const ended = once(response, 'end');
  await eventually(() => expect(seen).toBe('three\n'), { within: 30_000 });
  await appendFile(log, 'four\n');
  await eventually(() => expect(seen).toBe('three\nfour\n'), { within: 30_000 });
  await appendFile(log, 'last\n');
  running = false;
  await ended;
  expect(seen).toBe('three\nfour\nlast\n');
});

const refused = [
  { it: 'knows no log of a container that never ran', url: '/containerLogs/shop/web-1/other' },
  { it: 'keeps no logs of earlier containers apart', url: '/containerLogs/shop/web-1/web?previous=true' },
  { it: 'does nothing but logs', url: '/exec/shop/web-1/web?command=ls' },
  { it: 'does not leave its folder', url: '/containerLogs/shop/web-1/..%2F..%2Fsecret' },
];
it.each(refused)('$it', async ({ url }) => {
  const response = await get(url);
  expect({ status: response.statusCode, body: await text(response) }).toEqual({
    status: 404,
    body: expect.not.stringContaining('hidden'),
  });
});
