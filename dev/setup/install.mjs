// @ts-check
// Installs the npm packages, as every task does before its work. A step of its own for whoever builds an image: its
// result stays good while the lock file does.
import { ensureDependencies } from './dependencies.mjs';

await ensureDependencies();
process.exit();
