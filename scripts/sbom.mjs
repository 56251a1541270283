// `npm run sbom`: writes what Crewboard is made of (CycloneDX), from the lock file, into the folder of the package.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { dist, root } from './sources.mjs';

const args = ['sbom', '--sbom-format=cyclonedx', '--omit=dev', '--package-lock-only'];
const { stdout, stderr, status } = spawnSync('npm', args, {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  shell: process.platform === 'win32',
});
if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`);

/** Where a package came from is the business of who installs it: mirrors have names of their own. */
const withoutSource = (component) => ({
  ...component,
  externalReferences: component.externalReferences?.filter(({ type }) => type !== 'distribution'),
});
const bom = JSON.parse(stdout);
const components = bom.components.map(withoutSource);

const file = join(dist, 'sbom.cdx.json');
mkdirSync(dist, { recursive: true });
writeFileSync(file, `${JSON.stringify({ ...bom, components }, null, 2)}\n`);
console.log(`${relative(root, file)}: ${components.length} components`);
