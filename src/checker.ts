import { serveWork } from './adapters/work/serve.ts';
import { checkCompatibility } from './compat/check.ts';

// The thread beside the operator that compares schemas.
serveWork(checkCompatibility);
