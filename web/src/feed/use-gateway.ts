import { type App, type InjectionKey, inject } from 'vue';
import type { GatewayClient } from './gateway-client.ts';

const gatewayKey: InjectionKey<GatewayClient> = Symbol('gateway');

export const provideGateway = (app: App, gateway: GatewayClient): void => {
  app.provide(gatewayKey, gateway);
};

/** Throws where none was provided. */
export const useGateway = (): GatewayClient => {
  const gateway = inject(gatewayKey);
  if (!gateway) throw new Error('no gateway was provided');
  return gateway;
};
