import { describe, expect, it } from 'vitest';
import { type Machine, prepareContainers } from '../../../dev/containers/tools.ts';

interface FakeMachine extends Machine {
  installed: string[];
}

/** A machine on which these commands are missing, until their package is installed. */
function machineWithout(missing: readonly string[], { root = true, ci = false } = {}): FakeMachine {
  const installed: string[] = [];
  return {
    root,
    ci,
    installed,
    works: async (command) => !missing.includes(command) || installed.some((name) => name.startsWith(command)),
    install: async (packages) => void installed.push(...packages),
  };
}

describe('a machine that is to run containers', () => {
  it('is ready where everything is there', async () => {
    expect(await prepareContainers(machineWithout([]))).toBeUndefined();
  });

  it('gets what is missing where nobody is to be asked', async () => {
    const machine = machineWithout(['podman', 'python3'], { ci: true });
    expect(await prepareContainers(machine)).toBeUndefined();
    expect(machine.installed).toEqual(['podman', 'python3-pip']);
  });

  it.each([
    { it: 'nobody is root', machine: machineWithout([], { root: false }), says: 'root is needed' },
    { it: 'it is not Debian', machine: machineWithout(['apt-get']), says: 'apt-get is missing: run it on Debian' },
    {
      it: 'somebody works at it who has no podman',
      machine: machineWithout(['podman', 'runc']),
      says: 'podman, runc missing: apt-get install --no-install-recommends podman runc',
    },
    { it: 'it lets nobody mount', machine: machineWithout(['unshare'], { ci: true }), says: 'unshare is refused' },
  ])('says what is in the way, and changes nothing, when $it', async ({ machine, says }) => {
    expect(await prepareContainers(machine)).toContain(says);
    expect(machine.installed).toEqual([]);
  });

  it('is no place for containers where what it may install cannot be had', async () => {
    const install = () => Promise.reject(new Error('apt-get ended with exit code 100:\n  | Get:1\n  | no network'));
    const machine = { ...machineWithout(['podman'], { ci: true }), install };
    const says = /^podman cannot be installed: apt-get ended with exit code 100: \| no network$/;
    expect(await prepareContainers(machine)).toMatch(says);
  });
});
