import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Nursery } from '../../setup/processes.mjs';

const POLL_MS = 50;
const LOOK_WITHIN_MS = 5_000;
const LAST_LINES = 15;

export interface PartPlan {
  /** What people call it: `kafka-1`. */
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Standard output and error are appended here. */
  logFile: string;
  /** Who runs it, where that is not us. */
  user?: { uid: number; gid: number };
  /** What asks it to end; SIGTERM if absent. */
  stopsBy?: NodeJS.Signals;
  /** Whether it truly answers. A rejection counts as no. */
  answers: (signal: AbortSignal) => Promise<boolean>;
  /** How long it may take until it answers. */
  withinMs: number;
}

/** One process of a world, which can be stopped, killed, paused and started again on its own. */
export class Part {
  readonly #plan: PartPlan;
  readonly #nursery: Nursery;
  #child: ChildProcess | undefined;

  constructor(plan: PartPlan, nursery: Nursery) {
    this.#plan = plan;
    this.#nursery = nursery;
  }

  get name(): string {
    return this.#plan.name;
  }

  get logFile(): string {
    return this.#plan.logFile;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  /** How it is now. */
  async look(withinMs = LOOK_WITHIN_MS): Promise<'answers' | 'silent' | 'ended'> {
    if (!this.#child) return 'ended';
    const signal = AbortSignal.timeout(withinMs);
    // Not every client heeds the signal, and a frozen part keeps connections open.
    const late = once(signal, 'abort').then(() => false);
    const answered = await Promise.race([this.#plan.answers(signal).catch(() => false), late]);
    return answered ? 'answers' : 'silent';
  }

  /**
   * Starts the process and resolves once it answers.
   * @throws when it ends first or does not answer in time; the message holds the last lines of its log
   */
  async start(): Promise<void> {
    this.launch();
    await this.whenReady().catch(async (error: unknown) => {
      await this.kill();
      throw error;
    });
  }

  /** Starts the process without waiting for an answer. */
  launch(): void {
    if (this.#child) throw new Error(`${this.name} is running already`);
    const { command, args, env, logFile, user } = this.#plan;
    const log = openSync(logFile, 'a');
    const stdio = ['ignore' as const, log, log];
    const child = this.#nursery.spawn(command, args, { stdio, env: env ?? process.env, ...user });
    closeSync(log);
    this.#child = child;
    child.once('error', (error) => this.#forget(child, error.message));
    child.once('exit', (code, signal) => this.#forget(child, signal ?? `exit code ${code}`));
  }

  /** Resolves once the running process answers; throws as `start` does. */
  async whenReady(): Promise<void> {
    const { answers, withinMs } = this.#plan;
    const deadline = performance.now() + withinMs;
    while (performance.now() < deadline) {
      if (!this.#child) throw new Error(this.#withLog(`${this.name} ended at start (${this.#lastWords})`));
      const signal = AbortSignal.timeout(2_000);
      if (await answers(signal).catch(() => false)) return;
      await sleep(POLL_MS);
    }
    throw new Error(this.#withLog(`${this.name} did not answer within ${withinMs / 1_000} s`));
  }

  /** Asks it to end, and kills it when it does not within `graceMs`. */
  async stop(graceMs = 10_000): Promise<void> {
    const timer = setTimeout(() => this.#signal('SIGKILL'), graceMs);
    await this.#end(this.#plan.stopsBy ?? 'SIGTERM').finally(() => clearTimeout(timer));
  }

  /** Ends it at once, as a crash would. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Freezes it: connections stay open and nobody answers. */
  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  #lastWords = 'never started';

  #forget(child: ChildProcess, words: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#lastWords = words;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const exited = once(child, 'exit');
    this.#signal(signal);
    // A frozen process would keep a TERM until it is thawed.
    this.#signal('SIGCONT');
    await exited;
  }

  #signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  #withLog(message: string): string {
    const lines = readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-LAST_LINES);
    return `${message}; the last lines of ${this.logFile}:\n${lines.map((line) => `  | ${line}`).join('\n')}`;
  }
}
