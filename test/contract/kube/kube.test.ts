import { inject } from 'vitest';
import { loadKubeConfig } from '../../../src/adapters/kube/connection.ts';
import { describeKubeAdapter } from './kube-adapter.contract.ts';

describeKubeAdapter('the API server of the local environment', () => loadKubeConfig(inject('world').kubeconfig));
