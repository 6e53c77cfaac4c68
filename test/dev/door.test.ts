import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, knock, openDoor } from '../../dev/world/keeper/door.ts';
import { readRequest } from '../../dev/world/keeper/keeper-client.ts';
import { eventually } from '../helpers/eventually.ts';

const NOBODY = '65534';
const WITHIN = { within: 60_000 };

// A path that no socket could have.
const top = mkdtempSync(join(tmpdir(), 'sluice-door-'));
const folder = join(top, 'a'.repeat(120), 'keeper');
/** Where the keeper soon shows out who says nothing. */
const impatient = join(top, 'impatient');
const heard: string[] = [];

beforeAll(() => {
  const hear = ({ line, tell, end }: Call) => {
    heard.push(line);
    tell(`heard ${line}`);
    end();
  };
  return Promise.all([openDoor(folder, hear, 60_000), openDoor(impatient, hear, 500)]);
});
afterAll(() => rmSync(top, { recursive: true }));

function enter(at = folder): net.Socket {
  const connection = knock(at);
  if (!connection) throw new Error('there is no door');
  return connection.on('error', () => {});
}

async function say(words: string, at = folder): Promise<string> {
  const connection = enter(at);
  connection.write(words);
  return text(connection);
}

/** Connects as another user of this machine, who learns the code of the error. */
async function connectAs(user: string, path: string): Promise<string> {
  const program = `require('net').connect(${JSON.stringify(path)}).on('connect', () => { console.log('in'); process.exit(); }).on('error', (e) => console.log(e.code))`;
  const args = ['--reuid', user, '--regid', user, '--clear-groups', process.execPath, '-e', program];
  return (await promisify(execFile)('setpriv', args, { cwd: top })).stdout.trim();
}

describe('the door of the keeper', () => {
  it('answers whoever says a line, and closes', async () => {
    expect(await say('good day\n')).toBe('heard good day\n');
    expect(await say('good day\nand more\n')).toBe('heard good day\n');
  });

  it('is in a folder that nobody else may enter', async () => {
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    // Only root can be somebody else for a moment.
    if (process.getuid?.() !== 0) return;
    const short = mkdtempSync(join(tmpdir(), 'sluice-door-'));
    await openDoor(short, ({ end }) => end());
    const open = net.createServer().listen({ path: join(tmpdir(), `sluice-open-${randomUUID()}`), writableAll: true });
    await once(open, 'listening');
    expect(await connectAs(NOBODY, String(open.address()))).toBe('in');
    expect(await connectAs(NOBODY, join(short, 'socket'))).toBe('EACCES');
    open.close();
    rmSync(short, { recursive: true });
  });

  it('opens again where somebody died behind it', async () => {
    const left = join(top, 'left');
    const program = `import(${JSON.stringify(import.meta.resolve('../../dev/world/keeper/door.ts'))}).then(({ openDoor }) => openDoor(process.argv[1], () => {})).then(() => process.kill(process.pid, 'SIGKILL'))`;
    await promisify(execFile)(process.execPath, ['-e', program, left]).catch(() => {});
    expect(statSync(join(left, 'socket')).isSocket()).toBe(true);
    await openDoor(left, ({ line, tell, end }) => {
      tell(line);
      end();
    });
    const connection = knock(left);
    connection?.write('again\n');
    expect(connection && (await text(connection))).toBe('again\n');
  });

  it('is not there before somebody opens it', () => {
    expect(knock(join(top, 'nowhere'))).toBeUndefined();
  });

  it.each([
    { it: 'a line that is too long', words: `${'x'.repeat(2_000)}\n` },
    { it: 'a line without an end', words: 'x'.repeat(2_000_000) },
  ])('shows $it out unheard', async ({ words }) => {
    const before = heard.length;
    const connection = enter();
    connection.write(words);
    await new Promise((resolve) => connection.on('close', resolve));
    expect(heard.length).toBe(before);
    expect(await say('still there\n')).toBe('heard still there\n');
  });

  it('shows out who says nothing, and lets others in again after a thousand of them', async () => {
    const silent = Array.from({ length: 1_000 }, () => enter(impatient));
    let gone = 0;
    for (const connection of silent) connection.on('close', () => gone++).resume();
    await eventually(() => expect(gone).toBe(1_000), WITHIN);
    await eventually(async () => expect(await say('at last\n', impatient)).toBe('heard at last\n'), WITHIN);
  });
});

describe('what the keeper is asked', () => {
  it.each([
    { line: '{"ask":"up","operator":true}', request: { ask: 'up', operator: true } },
    { line: '{"ask":"status"}', request: { ask: 'status' } },
    { line: '{"ask":"stop","more":1}', request: { ask: 'stop' } },
    { line: '{"ask":"up"}', request: undefined },
    { line: '{"ask":"up","operator":"yes"}', request: undefined },
    { line: '{"ask":"dance"}', request: undefined },
    { line: '["status"]', request: undefined },
    { line: 'null', request: undefined },
    { line: 'GET / HTTP/1.1', request: undefined },
    { line: '', request: undefined },
  ])('reads $line', ({ line, request }) => expect(readRequest(line)).toEqual(request));
});
