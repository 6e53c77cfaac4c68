import { onTestFinished } from 'vitest';
import { createRegistryClient } from '../../../../src/adapters/registry/client.ts';
import { defaultRegistrySettings, type RegistrySettings } from '../../../../src/adapters/registry/settings.ts';
import { Fault } from '../../../../src/ports/fault.ts';
import type { SchemaRegistry, SchemaText } from '../../../../src/ports/registry.ts';
import { type Reply, type Script, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

export const options = { signal: new AbortController().signal };

export function avro(schema: string, extra: Partial<SchemaText> = {}): SchemaText {
  return { format: 'Avro', schema, references: [], normalize: true, ...extra };
}

export const order = avro('{"type":"record","name":"Order","fields":[]}');

/** No call is to be late because the machine is busy. */
export const patientSettings: RegistrySettings = {
  ...defaultRegistrySettings,
  fence: () => true,
  callTimeoutMs: 60_000,
};

/** A client of `url` that goes with the test. */
export function connect(url: string, settings: Partial<RegistrySettings> = {}): SchemaRegistry {
  const registry = createRegistryClient(new URL(url), { ...patientSettings, ...settings });
  onTestFinished(() => registry.close());
  return registry;
}

/** A client of a server that plays `script`; both go with the test. */
export async function connectToScript(
  script: Script,
  otherwise?: Reply,
  settings?: Partial<RegistrySettings>,
): Promise<{ server: ScriptedServer; registry: SchemaRegistry }> {
  const server = await startScriptedServer(script, otherwise);
  onTestFinished(() => server.close());
  return { server, registry: connect(server.url, settings) };
}

/** The Fault with which `call` fails. */
export async function faultOf(call: Promise<unknown>): Promise<Fault> {
  const outcome = await call.then(
    (value) => new Error(`expected a Fault, got ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof Fault) return outcome;
  throw outcome;
}
