export { FEED_LIMITS, type FeedLimits } from './feed-socket.ts';
export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
export type { Person, SignInOptions } from './sign-in/options.ts';
