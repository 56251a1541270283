import './feed/csp.ts';
import './ui/fonts.css';
import './tokens.css';
import './ui/base.css';
import { MACHINE_REPORT_MS } from '@crewboard/contract';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { createBatch } from './feed/batch.ts';
import { connectFeed } from './feed/connect.ts';
import { createGatewayClient } from './feed/gateway-client.ts';
import { pollWhileVisible } from './feed/poll.ts';
import { provideGateway } from './feed/use-gateway.ts';
import { onWake } from './feed/wake.ts';
import { createPages } from './router.ts';
import { useBoardStore } from './stores/board.ts';
import { useConnectionStore } from './stores/connection.ts';
import { useMachinesStore } from './stores/machines.ts';

const gateway = createGatewayClient();
const app = createApp(App).use(createPinia()).use(createPages());
provideGateway(app, gateway);
const board = useBoardStore();
const connection = useConnectionStore();

const feedAddress = (after: string | null): string => {
  const address = new URL('/api/feed', location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  if (after) address.searchParams.set('after', after);
  return address.href;
};
const feed = connectFeed({ address: feedAddress, onMessage: createBatch(board.apply), onState: connection.become });
onWake(feed.check);
pollWhileVisible({ ask: gateway.machines, onAnswer: useMachinesStore().hear, everyMs: MACHINE_REPORT_MS });

app.mount('#app');
