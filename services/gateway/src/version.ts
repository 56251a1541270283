export { version as boardVersion } from '../package.json' with { type: 'json' };
